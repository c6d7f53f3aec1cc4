// SPDX-License-Identifier: Apache-2.0
//
// BackOff: how long a server that said "not now" (421, 4xx, too many connections) is left alone:
// `first`, then twice as long each time, up to sixteen times; until it talks to us again.
//
//     if (back_off.holds(now)) ...           // no session
//     back_off.grow(now, first);             // it refused us
//     back_off.reset();                      // it showed what it has
//
// RFC 5321 §4.5.4.1 asks senders to wait longer for servers that fail repeatedly.
// Threads: plain value. Errors: none.
#pragma once

#include <algorithm>
#include <chrono>

#include "policy/deadline.h"

namespace smarttls::engine {

class BackOff {
  public:
    using TimePoint = policy::Deadline::Clock::time_point;

    [[nodiscard]] bool holds(TimePoint now) const { return now < until_; }
    /// Whether there is nothing to remember.
    [[nodiscard]] bool is_clear() const { return factor_ == 0; }

    void grow(TimePoint now, std::chrono::seconds first) {
        factor_ = std::clamp(2 * factor_, 1, kMostFactor);
        until_ = now + factor_ * first;
    }
    void reset() { *this = BackOff{}; }

  private:
    static constexpr int kMostFactor = 16;
    int factor_ = 0;
    TimePoint until_{};
};

}  // namespace smarttls::engine
