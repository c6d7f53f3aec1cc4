// SPDX-License-Identifier: Apache-2.0
//
// Progress: one line on a terminal that says how far a long check is; nothing where standard error
// is no terminal.
//
//     Progress progress(err, targets, Progress::Shown);
//     progress.show(done);     // at most every 100 ms
//     progress.clear();        // before anything else is written
//
// Threads: one.
#pragma once

#include <chrono>
#include <ostream>
#include <string>

namespace smarttls::portal {

class Progress {
  public:
    using Clock = std::chrono::steady_clock;
    enum class Visibility { Hidden, Shown };

    Progress(std::ostream& err, std::size_t all, Visibility visibility,
             Clock::time_point now = Clock::now());

    void show(std::size_t done, Clock::time_point now = Clock::now());
    void clear();

    [[nodiscard]] std::chrono::milliseconds elapsed(Clock::time_point now = Clock::now()) const;

  private:
    std::ostream& err_;
    std::size_t all_;
    Visibility visibility_;
    Clock::time_point begin_;
    Clock::time_point next_;
    bool visible_ = false;
};

/// "[#####...............]  12 of 61, 3.4/s, 15 seconds left"; nothing about what is left before
/// one is done.
[[nodiscard]] std::string progress_line(std::size_t done, std::size_t all,
                                        std::chrono::milliseconds elapsed);

}  // namespace smarttls::portal
