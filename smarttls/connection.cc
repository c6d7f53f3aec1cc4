// SPDX-License-Identifier: Apache-2.0
#include "smarttls/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "smarttls/log.h"
#include "smarttls/unix_socket.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using policy::Deadline;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// Postfix refuses longer replies and drops the connection.
std::string framed(const MapAnswer& answer) {
    const std::string reply = format_answer(answer);
    if (reply.size() <= kLongestReply) return encode_netstring(reply);
    return encode_netstring(format_answer({AnswerStatus::Perm, "the answer is too long"}));
}

/// An exception is a bug or a want of memory. It ends the work like a return: `||` would wait for
/// the other side, and the client for ever.
asio::awaitable<void> guarded(asio::awaitable<void> work) {
    try {
        co_await std::move(work);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;  // cancelled by the other side
        log(Severity::Error, std::string("bug: serving a client: ") + error.what());
    } catch (const std::exception& exception) {
        log(Severity::Error, std::string("bug: serving a client: ") + exception.what());
    }
}

}  // namespace

Connection::Connection(Socket socket, VerdictCaches caches, ConnectionLimits limits)
    : socket_(std::move(socket)),
      caches_(caches),
      limits_(limits),
      queue_changed_(socket_.get_executor(), asio::steady_timer::time_point::max()) {}

void Connection::drain() {
    draining_ = true;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_receive, ignored);  // read_requests() sees the end
    queue_changed_.cancel();
}

/// Whichever of the two ends first cancels the other.
asio::awaitable<void> serve(std::shared_ptr<Connection> connection) {
    co_await (guarded(connection->read_requests()) || guarded(connection->write_answers()));
}

asio::awaitable<void> Connection::read_requests() {
    while (!draining_) {
        const auto [error, size] =
            co_await socket_.async_read_some(asio::buffer(chunk_), as_result);
        if (error) break;
        reader_.append({chunk_.data(), size});
        if (!co_await take_requests()) co_return;
    }
    while (draining_ && !queue_.empty()) co_await until_change();
}

/// Queues the requests that have come in whole; false when the client broke the protocol.
asio::awaitable<bool> Connection::take_requests() {
    for (;;) {
        const auto request = reader_.next();
        if (!request) {
            log(Severity::Warning, "a client of the socket is dropped: " + request.error().what);
            co_return false;
        }
        if (!*request) co_return true;
        while (queue_.size() >= limits_.read_ahead) co_await until_change();
        queue_.push_back(begin(**request));
        queue_changed_.cancel();
    }
}

Connection::Entry Connection::begin(std::string_view request) {
    auto parsed = parse_question(request);
    if (const auto* known = std::get_if<MapAnswer>(&parsed)) return *known;
    if (const auto* control = std::get_if<CacheQuestion>(&parsed)) return begin(*control);
    auto& question = std::get<MapQuestion>(parsed);
    VerdictCache& cache = question.map == Map::Default ? caches_.published : caches_.probed;
    const bool fresh = question.map == Map::Fresh;
    PendingPtr pending =
        fresh ? cache.start_fresh(question.next_hop) : cache.start(question.next_hop);
    const Deadline deadline = Deadline::after(Deadline::Clock::now(), limits_.answer);
    return Waiting{std::move(question), std::move(pending), deadline};
}

Connection::Entry Connection::begin(const CacheQuestion& question) {
    if (question.what == CacheQuestion::What::Flush) {
        return flush(caches_, question.next_hop, peer_user(socket_.native_handle()));
    }
    const Deadline deadline = Deadline::after(Deadline::Clock::now(), limits_.answer);
    return Shown{show(caches_, question.next_hop), deadline};
}

asio::awaitable<void> Connection::write_answers() {
    for (;;) {
        while (queue_.empty()) co_await until_change();
        std::string reply;
        if (const auto* known = std::get_if<MapAnswer>(&queue_.front())) {
            reply = framed(*known);
        } else if (const auto* shown = std::get_if<Shown>(&queue_.front())) {
            const auto shown_answer = co_await wait(shown->pending, shown->deadline);
            reply = framed(shown_answer ? *shown_answer
                                        : MapAnswer{AnswerStatus::Temp, "the disk takes too long"});
        } else {
            const auto& waiting = std::get<Waiting>(queue_.front());  // push_back leaves it valid
            const VerdictPtr verdict = co_await wait(waiting.pending, waiting.deadline);
            reply = framed(verdict ? answer(waiting.question.map, *verdict)
                                   : not_in_time(waiting.question.next_hop));
        }
        if (!co_await write(std::move(reply))) co_return;
        queue_.pop_front();
        queue_changed_.cancel();
    }
}

/// False when the client is gone or does not read.
asio::awaitable<bool> Connection::write(std::string reply) {
    asio::steady_timer limit(socket_.get_executor(), limits_.write);
    const auto done = co_await (asio::async_write(socket_, asio::buffer(reply), as_result) ||
                                limit.async_wait(as_result));
    co_return done.index() == 0 && !std::get<0>(std::get<0>(done));
}

asio::awaitable<void> Connection::until_change() {
    co_await queue_changed_.async_wait(as_result);
}

}  // namespace smarttls::engine
