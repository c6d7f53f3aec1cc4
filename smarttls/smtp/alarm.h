// SPDX-License-Identifier: Apache-2.0
//
// Alarm: closes a socket when a deadline passes, so that whatever waits on the socket comes back
// with an error. One timer per connection; a tarpit holds it and nothing else.
//
//     alarm.set(deadline);
//     const auto [error, size] = co_await socket.async_read_some(...);
//     alarm.clear();
//     if (alarm.rang()) ...                      // the deadline passed first
//
// Ownership: the socket outlives the alarm; the alarm may die while its timer's handler is queued.
// Threads: one thread, that of the socket's executor.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "policy/deadline.h"

namespace smarttls::engine {

class Alarm {
  public:
    explicit Alarm(boost::asio::ip::tcp::socket& socket);

    void set(policy::Deadline deadline);
    void clear();
    [[nodiscard]] bool rang() const { return bell_->rang; }

  private:
    /// What a queued handler needs; it holds this weakly.
    struct Bell {
        boost::asio::ip::tcp::socket* socket = nullptr;
        unsigned setting = 0;  // counts set() and clear(): an outdated handler must do nothing
        bool rang = false;
    };

    boost::asio::steady_timer timer_;
    std::shared_ptr<Bell> bell_;
};

}  // namespace smarttls::engine
