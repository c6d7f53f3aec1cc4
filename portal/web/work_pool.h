// SPDX-License-Identifier: Apache-2.0
//
// WorkPool: the few threads on which pages are made: whatever blocks (database, keys, disk) happens there, so that the
// thread of the connections never waits.
//
//     Result<Response> response = co_await run_on(pool, std::function<Response()>(...));
//
// Bounded: when `queue` pieces of work wait already, the answer is an error at once (Temporary), and the browser is asked
// to come again. Work that throws is a Bug.
// Ownership: outlives the coroutines that wait; destruction waits for what runs. Threads: run_on() those of an io_context.
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

#include "policy/result.h"

namespace smarttls::portal {

class WorkPool {
  public:
    WorkPool(std::size_t threads, std::size_t queue) : queue_(queue), threads_(threads) {}
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;
    ~WorkPool() { threads_.join(); }

    /// Takes a place in the queue, if there is one; whoever has it calls leave().
    [[nodiscard]] bool enter() {
        if (waiting_.fetch_add(1) < queue_) return true;
        waiting_.fetch_sub(1);
        return false;
    }
    void leave() { waiting_.fetch_sub(1); }
    [[nodiscard]] boost::asio::thread_pool& threads() { return threads_; }

  private:
    const std::size_t queue_;
    std::atomic<std::size_t> waiting_{0};
    boost::asio::thread_pool threads_;
};

/// What the work comes to, or an error when it threw.
template <class T>
policy::Result<T> done(const std::function<policy::Result<T>()>& work) noexcept {
    try {
        return work();
    } catch (const std::exception& thrown) {
        return policy::fail(policy::ErrorKind::Bug, std::string("an exception: ") + thrown.what());
    }
}

/// Runs it on the pool and comes back to the caller's executor.
template <class T>
boost::asio::awaitable<policy::Result<T>> run_on(WorkPool& pool, std::function<policy::Result<T>()> work) {
    namespace asio = boost::asio;
    if (!pool.enter()) co_return policy::fail(policy::ErrorKind::Temporary, "too much work waits already");
    const auto start = [&pool, &work](auto handler) {
        const auto executor = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        asio::post(pool.threads(), [&pool, executor, work = std::move(work), handler = std::move(handler)]() mutable {
            auto result = done<T>(work);
            pool.leave();
            asio::post(executor, [result = std::move(result), handler = std::move(handler)]() mutable {
                std::move(handler)(std::move(result));
            });
        });
    };
    co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(policy::Result<T>)>(start, asio::use_awaitable);
}

}  // namespace smarttls::portal
