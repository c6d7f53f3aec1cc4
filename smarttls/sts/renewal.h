// SPDX-License-Identifier: Apache-2.0
//
// renew_policies: fetches the MTA-STS policies that are kept again, once a day, whether or not there
// is mail for their domains (RFC 8461 §3.3): a policy is there to hold on the day on which an attacker
// keeps it from being fetched.
//
//     co_spawn(executor, renew_policies(finder, pace), detached);
//
// It looks once in a round for policies that are due and takes them in small groups, so that a
// backlog (the engine was off for a week) does not become a flood. Ownership: borrows the finder.
// Threads: one thread. Errors: none; the finder logs what failed.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>

#include "smarttls/sts/finder.h"

namespace smarttls::engine {

struct RenewalPace {
    std::chrono::milliseconds round = std::chrono::minutes(1);
    std::size_t most_in_round = 600;  // 864,000 a day
    std::size_t at_once = 8;
    std::chrono::seconds limit{60};  // of one; §3.3 suggests a minute
};

/// Ends by cancellation alone.
boost::asio::awaitable<void> renew_policies(StsFinder& finder, RenewalPace pace);

}  // namespace smarttls::engine
