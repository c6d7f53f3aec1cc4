// SPDX-License-Identifier: Apache-2.0
//
// Deadline: the moment at which waiting stops. Every wait of the tree takes one; it is made once at
// the top and handed down, so that retries and steps share one budget.
//
// The folder never asks what time it is: the caller passes `now`.
// Threads: immutable value.
#pragma once

#include <algorithm>
#include <chrono>

namespace smarttls::policy {

class Deadline {
  public:
    using Clock = std::chrono::steady_clock;

    explicit constexpr Deadline(Clock::time_point when) : when_(when) {}
    [[nodiscard]] static constexpr Deadline after(Clock::time_point now, Clock::duration wait) {
        return Deadline(now + wait);
    }

    [[nodiscard]] constexpr Clock::time_point when() const { return when_; }
    [[nodiscard]] constexpr bool passed(Clock::time_point now) const { return now >= when_; }

    /// Time left, rounded up to a millisecond so that poll(2) never spins; never negative.
    [[nodiscard]] constexpr std::chrono::milliseconds left(Clock::time_point now) const {
        return std::max(std::chrono::ceil<std::chrono::milliseconds>(when_ - now),
                        std::chrono::milliseconds{0});
    }

    /// The earlier of two deadlines: a step's own limit never outlives the whole.
    [[nodiscard]] constexpr Deadline sooner(Deadline other) const {
        return Deadline(std::min(when_, other.when_));
    }

  private:
    Clock::time_point when_;
};

}  // namespace smarttls::policy
