// SPDX-License-Identifier: Apache-2.0
//
// ScriptedProbe: a probe that a test holds and releases. It counts its starts, and ends with the
// verdict or the exception that the test gives.
//
//     ScriptedProbe probe;
//     VerdictCache cache(executor, limits, probe.function(), clock);
//     probe.release("example.nl", verdict);      // before or after the probe began
//
// Threads: internally locked; release() from any thread.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "smarttls/cache.h"

namespace smarttls::engine {

class ScriptedProbe {
  public:
    using Result = std::variant<policy::Verdict, std::exception_ptr>;

    VerdictCache::Probe function() {
        return [state = state_](policy::NextHop next_hop, Freshness) {
            return run(state, std::move(next_hop));
        };
    }

    void release(const std::string& key, Result result) {
        const std::lock_guard lock(state_->mutex);
        state_->results.emplace(key, std::move(result));
        for (const auto& held : state_->held) {
            if (const auto timer = held.lock()) {
                boost::asio::post(timer->get_executor(), [held] {
                    if (const auto there = held.lock()) there->cancel();
                });
            }
        }
    }

    [[nodiscard]] std::vector<std::string> started() const {
        const std::lock_guard lock(state_->mutex);
        return state_->started;
    }

    /// Waits until a probe of `key` runs; false after ten seconds.
    [[nodiscard]] bool has_started(const std::string& key) const {
        std::unique_lock lock(state_->mutex);
        return state_->changed.wait_for(lock, std::chrono::seconds(10), [&] {
            return std::count(state_->started.begin(), state_->started.end(), key) != 0;
        });
    }

  private:
    using Timer = boost::asio::steady_timer;

    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<std::string> started;
        std::multimap<std::string, Result> results;
        std::vector<std::weak_ptr<Timer>> held;  // a timer dies with its coroutine

        std::shared_ptr<Timer> begin(const std::string& key,
                                     boost::asio::any_io_executor executor) {
            const std::lock_guard lock(mutex);
            started.push_back(key);
            changed.notify_all();
            auto timer = std::make_shared<Timer>(executor, Timer::time_point::max());
            held.push_back(timer);
            return timer;
        }

        std::optional<Result> take(const std::string& key) {
            const std::lock_guard lock(mutex);
            const auto found = results.find(key);
            if (found == results.end()) return std::nullopt;
            return std::move(results.extract(found).mapped());
        }
    };

    static boost::asio::awaitable<policy::Verdict> run(std::shared_ptr<State> state,
                                                       policy::NextHop next_hop) {
        const std::string key = next_hop.str();
        const auto timer = state->begin(key, co_await boost::asio::this_coro::executor);
        for (;;) {
            auto result = state->take(key);
            if (result) {
                if (auto* thrown = std::get_if<std::exception_ptr>(&*result)) {
                    std::rethrow_exception(*thrown);
                }
                co_return std::get<policy::Verdict>(std::move(*result));
            }
            co_await timer->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
    }

    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace smarttls::engine
