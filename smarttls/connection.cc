// SPDX-License-Identifier: Apache-2.0
#include "smarttls/connection.h"

#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "smarttls/log.h"
#include "smarttls/tlsrpt.h"
#include "smarttls/unix_socket.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using policy::Deadline;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

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

/// The end of input comes from close(2) and from shutdown(2) alike; poll(2) tells them apart.
bool has_hung_up(int fd) {
    pollfd state{fd, 0, 0};
    return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

Connection::Connection(Socket socket, VerdictCaches caches, ConnectionLimits limits,
                       Metrics& metrics)
    : socket_(std::move(socket)),
      caches_(caches),
      limits_(limits),
      metrics_(metrics),
      changed_(socket_.get_executor(), asio::steady_timer::time_point::max()) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);  // for the write_some() of send_known()
}

void Connection::drain() {
    draining_ = true;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_receive, ignored);  // read_requests() sees the end
    changed_.cancel();
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
    if (has_hung_up(socket_.native_handle())) co_return;
    co_await (until_all_is_sent() || until_hung_up());
}

/// Queues the requests that have come in whole; false when the client broke the protocol or left.
asio::awaitable<bool> Connection::take_requests() {
    for (;;) {
        const auto request = reader_.next();
        if (!request) {
            log(Severity::Warning, "a client of the socket is dropped: " + request.error().what);
            co_return false;
        }
        if (!*request) break;
        if (is_full()) send_known();
        if (is_full() && !co_await until_there_is_room()) co_return false;
        queue_.push_back({map_name(**request), begin(**request)});
    }
    send_known();
    co_return true;
}

bool Connection::is_full() const {
    return queue_.size() >= limits_.read_ahead || unsent_.size() >= limits_.unsent;
}

/// Rare: the client asks faster than it reads, or than we find out. False when it has left.
asio::awaitable<bool> Connection::until_there_is_room() {
    changed_.cancel();
    while (is_full()) {
        if (has_hung_up(socket_.native_handle())) co_return false;
        co_await (until_change() || until_hung_up());
    }
    co_return true;
}

asio::awaitable<void> Connection::until_all_is_sent() {
    while (!queue_.empty() || !unsent_.empty()) co_await until_change();
}

Connection::State Connection::begin(std::string_view request) {
    auto parsed = parse_question(request);
    if (auto* known = std::get_if<MapAnswer>(&parsed)) return std::move(*known);
    if (const auto* control = std::get_if<CacheQuestion>(&parsed)) return begin(*control);
    return begin(std::get<MapQuestion>(std::move(parsed)));
}

Connection::State Connection::begin(MapQuestion question) {
    const bool published = question.map == Map::Default;
    VerdictCache& cache = published ? caches_.published : caches_.probed;
    const bool fresh = question.map == Map::Fresh;
    PendingPtr pending =
        fresh ? cache.start_fresh(question.next_hop) : cache.start(question.next_hop);
    metrics_.cache_asked(published ? Cache::Published : Cache::Probed, pending->value());
    const Deadline deadline = Deadline::after(Deadline::Clock::now(), limits_.answer);
    return Waiting{std::move(question), std::move(pending), deadline};
}

Connection::State Connection::begin(const CacheQuestion& question) {
    if (question.what == CacheQuestion::What::Flush) {
        return flush(caches_, question.next_hop, peer_user(socket_.native_handle()));
    }
    const Deadline deadline = Deadline::after(Deadline::Clock::now(), limits_.answer);
    return Shown{show(caches_, question.next_hop), deadline};
}

/// The way of every warm answer: no coroutine, no timer. What remains is for write_answers().
void Connection::send_known() {
    if (writing_) return;
    collect_known();
    if (!unsent_.empty()) {
        boost::system::error_code error;
        const std::size_t sent = socket_.write_some(asio::buffer(unsent_), error);
        if (!error) unsent_.erase(0, sent);
    }
    if (!unsent_.empty() || !queue_.empty()) changed_.cancel();
}

void Connection::collect_known() {
    while (!queue_.empty() && unsent_.size() < limits_.unsent && collect_front()) {
        queue_.pop_front();
    }
}

/// False when the answer to the front of the queue is not known yet.
bool Connection::collect_front() {
    const State& front = queue_.front().state;
    if (const auto* known = std::get_if<MapAnswer>(&front)) {
        collect(*known);
    } else if (const auto* shown = std::get_if<Shown>(&front)) {
        if (!shown->pending->value()) return false;
        collect(*shown->pending->value());
    } else {
        const auto& waiting = std::get<Waiting>(front);
        if (!waiting.pending->value()) return false;
        collect(answer_to(waiting.question, *waiting.pending->value()));
    }
    return true;
}

/// Appends the answer to the front of the queue. Postfix refuses longer replies than that and drops
/// the connection.
void Connection::collect(const MapAnswer& answer) {
    metrics_.answered(queue_.front().map, answer.status);
    const std::string reply = format_answer(answer);
    if (reply.size() <= kLongestReply) {
        append_netstring(unsent_, reply);
    } else {
        append_netstring(unsent_, format_answer({AnswerStatus::Perm, "the answer is too long"}));
    }
}

MapAnswer Connection::answer_to(const MapQuestion& question, const KeptVerdict& verdict) {
    MapAnswer found = answer(question.map, verdict);
    const bool is_policy = question.map != Map::Verdict && question.map != Map::Fresh;
    if (limits_.tlsrpt && is_policy) add_tlsrpt(found, verdict);
    return found;
}

asio::awaitable<void> Connection::write_answers() {
    bool reads = true;
    while (reads) {
        collect_known();
        if (!unsent_.empty()) {
            reads = co_await write_unsent();
            changed_.cancel();
            continue;
        }
        if (queue_.empty()) {
            co_await until_change();
            continue;
        }
        co_await await_front();
    }
}

/// Until the front is known; in its place is TEMP when that takes too long.
asio::awaitable<void> Connection::await_front() {
    State& front = queue_.front().state;  // push_back leaves it valid; only what is known is popped
    if (const auto* shown = std::get_if<Shown>(&front)) {
        const auto known = co_await wait(shown->pending, shown->deadline);
        if (!known) front = MapAnswer{AnswerStatus::Temp, "the disk takes too long"};
    } else {
        const auto& waiting = std::get<Waiting>(front);
        const VerdictPtr known = co_await wait(waiting.pending, waiting.deadline);
        if (!known) front = not_in_time(waiting.question.next_hop);
    }
}

/// False when the client is gone or does not read.
asio::awaitable<bool> Connection::write_unsent() {
    writing_ = true;
    asio::steady_timer limit(socket_.get_executor(), limits_.write);
    const auto done = co_await (asio::async_write(socket_, asio::buffer(unsent_), as_result) ||
                                limit.async_wait(as_result));
    writing_ = false;
    unsent_ = std::string();  // an idle client keeps no memory
    co_return done.index() == 0 && !std::get<0>(std::get<0>(done));
}

asio::awaitable<void> Connection::until_change() {
    co_await changed_.async_wait(as_result);
}

/// A socket whose peer has closed it is in error; one that was only half closed is not.
asio::awaitable<void> Connection::until_hung_up() {
    co_await socket_.async_wait(Socket::wait_error, as_result);
}

}  // namespace smarttls::engine
