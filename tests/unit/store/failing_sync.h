// SPDX-License-Identifier: Apache-2.0
//
// A disk that fails or is slow: this program's fsync(2) and fdatasync(2), SQLite's as well, answer EIO when they are told
// to, or wait.
//
//     const FailingSync failing(3);   // the fourth from now on fails, once
//     const SlowSync slow(20ms);      // each takes so long at least
//
// Threads: any; one of each at a time.
#pragma once

#include <chrono>
#include <cstdint>

namespace smarttls::store::test {

class FailingSync {
  public:
    explicit FailingSync(std::int64_t good);
    ~FailingSync();
    FailingSync(const FailingSync&) = delete;
    FailingSync& operator=(const FailingSync&) = delete;

    [[nodiscard]] static bool has_failed();
};

class SlowSync {
  public:
    explicit SlowSync(std::chrono::milliseconds each);
    ~SlowSync();
    SlowSync(const SlowSync&) = delete;
    SlowSync& operator=(const SlowSync&) = delete;
};

}  // namespace smarttls::store::test
