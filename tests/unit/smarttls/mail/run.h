// SPDX-License-Identifier: Apache-2.0
//
// run: one coroutine from beginning to end on an io_context of its own or on a given one.
//
//     const SessionFacts facts = run(run_session(plan, tls, soon()));
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "policy/deadline.h"

namespace smarttls::engine {

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
        if (thrown) std::rethrow_exception(thrown);
        result = std::move(value);
    });
    io.restart();
    io.run();
    return std::move(result).value();
}

template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context io;
    return run(io, std::move(work));
}

/// A limit that no passing test reaches.
inline policy::Deadline soon() {
    return policy::Deadline::after(policy::Deadline::Clock::now(), std::chrono::seconds(20));
}

}  // namespace smarttls::engine
