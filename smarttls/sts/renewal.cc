// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/renewal.h"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "smarttls/gather.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;

/// gather() wants results.
asio::awaitable<bool> renew_one(StsFinder& finder, DomainName domain, std::chrono::seconds limit) {
    const Deadline deadline = Deadline::after(Deadline::Clock::now(), limit);
    co_await finder.renew(std::move(domain), deadline);
    co_return true;
}

}  // namespace

asio::awaitable<void> renew_policies(StsFinder& finder, RenewalPace pace) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer round(executor);
    for (;;) {
        round.expires_after(pace.round);
        co_await round.async_wait(asio::use_awaitable);
        std::vector<DomainName> due = finder.due(pace.most_in_round);
        while (!due.empty()) {
            std::vector<asio::awaitable<bool>> group;
            while (!due.empty() && group.size() < pace.at_once) {
                group.push_back(renew_one(finder, due.back(), pace.limit));
                due.pop_back();
            }
            co_await gather(executor, std::move(group));
        }
    }
}

}  // namespace smarttls::engine
