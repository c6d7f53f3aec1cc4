// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/transport.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <utility>

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;
using policy::Deadline;
using policy::ErrorKind;
using policy::fail;
using policy::Result;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);  // errors as values
constexpr std::size_t kUdpBuffer = 4096;  // more than asked for; what is longer fails to parse

tl::unexpected<policy::Error> failed(const char* step, const error_code& error) {
    const bool is_errno = error.category() == boost::system::system_category();  // EOF is not
    return fail(ErrorKind::Temporary, std::string(step) + ": " + error.message(),
                is_errno ? error.value() : 0);
}

/// The result of `work`, or ETIMEDOUT at the deadline; then `work` has been cancelled and is over.
/// If `work` throws (bad_alloc), operator|| waits for the timer, and that shows as ETIMEDOUT too.
asio::awaitable<Result<Bytes>> before(Deadline deadline, asio::awaitable<Result<Bytes>> work) {
    using asio::experimental::awaitable_operators::operator||;
    asio::steady_timer timer(co_await asio::this_coro::executor, deadline.when());
    auto first = co_await (std::move(work) || timer.async_wait(kTuple));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    if (first.index() == 0) co_return std::get<0>(std::move(first));
    co_return fail(ErrorKind::Temporary, "no answer in time", ETIMEDOUT);
}

asio::awaitable<Result<Bytes>> udp_dialog(DnsServer server, Bytes query) {
    udp::socket socket(co_await asio::this_coro::executor);
    error_code opened;
    socket.open(server.protocol(), opened);
    if (opened) co_return failed("opening a UDP socket", opened);
    socket.connect(server, opened);
    if (opened) co_return failed("connecting a UDP socket", opened);

    const auto [sent, sent_size] = co_await socket.async_send(asio::buffer(query), kTuple);
    if (sent) co_return failed("sending over UDP", sent);
    Bytes packet(kUdpBuffer);
    for (;;) {
        const auto [got, size] = co_await socket.async_receive(asio::buffer(packet), kTuple);
        if (got) co_return failed("receiving over UDP", got);
        if (!is_reply_to(query, std::span(packet).first(size))) continue;
        packet.resize(size);
        co_return packet;
    }
}

asio::awaitable<Result<Bytes>> tcp_dialog(DnsServer server, Bytes query) {
    tcp::socket socket(co_await asio::this_coro::executor);
    const tcp::endpoint peer(server.address(), server.port());
    const auto [connected] = co_await socket.async_connect(peer, kTuple);
    if (connected) co_return failed("connecting over TCP", connected);

    // Length and message in one segment (RFC 7766 §8).
    std::array<std::uint8_t, 2> prefix{static_cast<std::uint8_t>(query.size() >> 8),
                                       static_cast<std::uint8_t>(query.size())};
    const std::array message{asio::buffer(std::as_const(prefix)),
                             asio::buffer(std::as_const(query))};
    const auto [sent, sent_size] = co_await asio::async_write(socket, message, kTuple);
    if (sent) co_return failed("sending over TCP", sent);

    const auto [begun, two] = co_await asio::async_read(socket, asio::buffer(prefix), kTuple);
    if (begun) co_return failed("receiving over TCP", begun);
    Bytes packet(static_cast<std::size_t>(prefix[0] << 8 | prefix[1]));  // 65535 at most
    const auto [got, size] = co_await asio::async_read(socket, asio::buffer(packet), kTuple);
    if (got) co_return failed("receiving over TCP", got);
    if (!is_reply_to(query, packet)) {
        co_return fail(ErrorKind::Temporary, "the TCP connection carries another answer");
    }
    co_return packet;
}

}  // namespace

asio::awaitable<Result<Bytes>> exchange_udp(DnsServer server, Bytes query, Deadline deadline) {
    co_return co_await before(deadline, udp_dialog(server, std::move(query)));
}

asio::awaitable<Result<Bytes>> exchange_tcp(DnsServer server, Bytes query, Deadline deadline) {
    co_return co_await before(deadline, tcp_dialog(server, std::move(query)));
}

}  // namespace smarttls::engine
