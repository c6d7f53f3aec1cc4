// SPDX-License-Identifier: Apache-2.0
//
// Connection: one client of the engine. Requests are read ahead and their probes start at once;
// answers go out in the order of the requests.
//
//     co_await serve(connection);
//
// Ends when the client closes, breaks the protocol, or takes no answer for ConnectionLimits::write;
// an idle client is kept. At most `read_ahead` requests wait in memory: then nothing more is read.
// Ownership: shared by its coroutine and the Server. Threads: one thread. Errors: logged.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <variant>

#include "policy/deadline.h"
#include "smarttls/cache.h"
#include "smarttls/cache_control.h"
#include "smarttls/maps.h"
#include "smarttls/netstring.h"

namespace smarttls::engine {

struct ConnectionLimits {
    std::chrono::steady_clock::duration answer{};  // from a request to its answer; then TEMP
    std::chrono::steady_clock::duration write = std::chrono::seconds(60);
    std::size_t read_ahead = 64;
};

class Connection {
  public:
    using Socket = boost::asio::local::stream_protocol::socket;

    Connection(Socket socket, VerdictCaches caches, ConnectionLimits limits);

    /// Reads no further requests; the connection ends with the last answer.
    void drain();

  private:
    friend boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection);

    struct Waiting {
        MapQuestion question;
        PendingPtr pending;
        policy::Deadline deadline;
    };
    struct Shown {
        PendingAnswerPtr pending;
        policy::Deadline deadline;
    };
    using Entry = std::variant<MapAnswer, Waiting, Shown>;

    boost::asio::awaitable<void> read_requests();
    boost::asio::awaitable<bool> take_requests();
    boost::asio::awaitable<void> write_answers();
    boost::asio::awaitable<bool> write(std::string reply);
    boost::asio::awaitable<void> until_change();
    [[nodiscard]] Entry begin(std::string_view request);
    [[nodiscard]] Entry begin(const CacheQuestion& question);

    Socket socket_;
    VerdictCaches caches_;
    ConnectionLimits limits_;
    NetstringReader reader_{kLongestRequest};
    std::array<char, kLongestRequest> chunk_{};
    std::deque<Entry> queue_;                  // the front is being answered
    boost::asio::steady_timer queue_changed_;  // never expires; cancelled at each change of queue_
    bool draining_ = false;
};

}  // namespace smarttls::engine
