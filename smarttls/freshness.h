// SPDX-License-Identifier: Apache-2.0
//
// Freshness: which sessions with a server a probe may use of those that others have had.
//
//     prober.probe(next_hop, deadline, Freshness::anew());          // of the map "fresh"
//     prober.probe(next_hop, deadline, Freshness::within(5min));    // to renew what is 5 minutes old
//
// Threads: plain values.
#pragma once

#include <chrono>

#include "policy/deadline.h"

namespace smarttls::engine {

class Freshness {
  public:
    using Duration = std::chrono::milliseconds;
    using TimePoint = policy::Deadline::Clock::time_point;

    /// Whatever is still shared will do.
    constexpr Freshness() = default;
    /// Only sessions that begin after the question.
    [[nodiscard]] static constexpr Freshness anew() { return within(Duration::zero()); }
    /// No session that is older: a verdict is never renewed by the session that it was made from.
    [[nodiscard]] static constexpr Freshness within(Duration age) { return Freshness(age); }

    /// When a session must have begun, at the earliest.
    [[nodiscard]] TimePoint not_before(TimePoint now) const {
        return age_ == Duration::max() ? TimePoint::min() : now - age_;
    }

    auto operator<=>(const Freshness&) const = default;

  private:
    constexpr explicit Freshness(Duration age) : age_(age) {}
    Duration age_ = Duration::max();
};

}  // namespace smarttls::engine
