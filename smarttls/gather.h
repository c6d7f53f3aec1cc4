// SPDX-License-Identifier: Apache-2.0
//
// gather: runs coroutines side by side on one executor and waits for all of them; results in the
// order of the coroutines.
//
//     std::vector<awaitable<HostFinding>> work = ...;
//     std::vector<HostFinding> found = co_await gather(executor, std::move(work));
//
// Ownership: results live in a state shared with the coroutines, so that they may outlast the
// waiting. Threads: one thread, that of the executor. Errors: the first exception of a coroutine is
// thrown when all are done. Cancelling the caller ends its waiting only; the coroutines run on.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace smarttls::engine {

template <class T>
struct Gathering {
    Gathering(const boost::asio::any_io_executor& executor, std::size_t size)
        : results(size), missing(size), all_done(executor) {
        all_done.expires_at(boost::asio::steady_timer::time_point::max());
    }

    void take(std::size_t index, std::exception_ptr thrown, T result) {
        if (thrown && !failure) failure = std::move(thrown);
        results[index] = std::move(result);
        if (--missing == 0) all_done.cancel();
    }

    std::vector<T> results;
    std::size_t missing;
    boost::asio::steady_timer all_done;  // never expires; cancelled by the last
    std::exception_ptr failure;
};

template <class T>
boost::asio::awaitable<std::vector<T>> gather(boost::asio::any_io_executor executor,
                                              std::vector<boost::asio::awaitable<T>> work) {
    auto gathering = std::make_shared<Gathering<T>>(executor, work.size());
    for (std::size_t index = 0; index < work.size(); ++index) {
        boost::asio::co_spawn(executor, std::move(work[index]),
                              [gathering, index](std::exception_ptr thrown, T result) {
                                  gathering->take(index, std::move(thrown), std::move(result));
                              });
    }
    while (gathering->missing > 0) {
        co_await gathering->all_done.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    if (gathering->failure) std::rethrow_exception(gathering->failure);
    co_return std::move(gathering->results);
}

}  // namespace smarttls::engine
