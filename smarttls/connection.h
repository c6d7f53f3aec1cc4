// SPDX-License-Identifier: Apache-2.0
//
// Connection: one client of the engine. Requests are read ahead and their probes start at once;
// answers go out in the order of the requests, as many as are known with one write(2).
//
//     co_await serve(connection);
//
// Ends when the client hangs up, breaks the protocol, or takes no answer for
// ConnectionLimits::write. An idle client is kept; one that has closed only its sending side gets
// its answers first. At most `read_ahead` requests and about `unsent` bytes of answers wait in
// memory: then nothing more is read. Whatever happens to the client, its probes go on (cache.h).
// Ownership: shared by its coroutine and the Server; borrows the Metrics. Threads: one thread.
// Errors: logged.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "policy/deadline.h"
#include "smarttls/cache.h"
#include "smarttls/cache_control.h"
#include "smarttls/maps.h"
#include "smarttls/metrics.h"
#include "smarttls/netstring.h"

namespace smarttls::engine {

struct ConnectionLimits {
    std::chrono::steady_clock::duration answer{};  // from a request to its answer; then TEMP
    std::chrono::steady_clock::duration write = std::chrono::seconds(60);
    std::size_t read_ahead = 64;
    std::size_t unsent = 65'536;  // bytes of answers; below it one more answer may be added
    bool tlsrpt = false;          // answers carry the attributes of tlsrpt.h
};

class Connection {
  public:
    using Socket = boost::asio::local::stream_protocol::socket;

    Connection(Socket socket, VerdictCaches caches, ConnectionLimits limits, Metrics& metrics);

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
    using State = std::variant<MapAnswer, Waiting, Shown>;
    struct Entry {
        std::string_view map;  // of map_name()
        State state;
    };

    boost::asio::awaitable<void> read_requests();
    boost::asio::awaitable<bool> take_requests();
    boost::asio::awaitable<bool> until_there_is_room();
    boost::asio::awaitable<void> until_all_is_sent();
    boost::asio::awaitable<void> write_answers();
    boost::asio::awaitable<void> await_front();
    boost::asio::awaitable<bool> write_unsent();
    boost::asio::awaitable<void> until_change();
    boost::asio::awaitable<void> until_hung_up();
    [[nodiscard]] State begin(std::string_view request);
    [[nodiscard]] State begin(MapQuestion question);
    [[nodiscard]] State begin(const CacheQuestion& question);
    [[nodiscard]] bool is_full() const;
    void send_known();
    void collect_known();
    [[nodiscard]] bool collect_front();
    void collect(const MapAnswer& answer);
    [[nodiscard]] MapAnswer answer_to(const MapQuestion& question, const KeptVerdict& verdict);

    Socket socket_;
    VerdictCaches caches_;
    ConnectionLimits limits_;
    Metrics& metrics_;
    NetstringReader reader_{kLongestRequest};
    std::array<char, kLongestRequest> chunk_{};
    std::deque<Entry> queue_;  // the front is the next to be answered
    std::string unsent_;
    bool writing_ = false;               // unsent_ belongs to write_unsent()
    boost::asio::steady_timer changed_;  // never expires; cancelled when the other side has work
    bool draining_ = false;
};

}  // namespace smarttls::engine
