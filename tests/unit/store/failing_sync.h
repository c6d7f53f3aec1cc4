// SPDX-License-Identifier: Apache-2.0
//
// A disk that fails: this program's fsync(2) and fdatasync(2), SQLite's as well, answer EIO when they are told to.
//
//     const FailingSync failing(3);   // the fourth from now on fails, once
//
// Threads: any; one FailingSync at a time.
#pragma once

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

}  // namespace smarttls::store::test
