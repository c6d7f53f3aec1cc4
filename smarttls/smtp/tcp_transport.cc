// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/tcp_transport.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);  // errors as values

template <class Bytes>
Bytes bytes_of(const policy::IpAddress& address) {
    Bytes bytes{};
    std::copy(address.bytes().begin(), address.bytes().end(), bytes.begin());
    return bytes;
}

asio::ip::address address_of(const policy::IpAddress& address) {
    if (address.is_v4()) {
        return asio::ip::address_v4(bytes_of<asio::ip::address_v4::bytes_type>(address));
    }
    return asio::ip::address_v6(bytes_of<asio::ip::address_v6::bytes_type>(address));
}

}  // namespace

tcp::endpoint endpoint_of(const policy::IpAddress& address, std::uint16_t port) {
    return {address_of(address), port};
}

TcpTransport::TcpTransport(const asio::any_io_executor& executor)
    : socket_(executor), alarm_(socket_) {}

asio::awaitable<IoStatus> TcpTransport::connect(tcp::endpoint server,
                                                std::optional<policy::IpAddress> source,
                                                policy::Deadline deadline) {
    error_code failed;
    socket_.open(server.protocol(), failed);
    if (!failed && source && source->is_v4() == server.address().is_v4()) {
        socket_.bind(endpoint_of(*source, 0), failed);
    }
    if (failed) co_return IoStatus::Closed;
    alarm_.set(deadline);
    const auto [error] = co_await socket_.async_connect(server, kTuple);
    alarm_.clear();
    co_return status_of(error);
}

asio::awaitable<Received> TcpTransport::read(std::span<char> buffer, policy::Deadline deadline) {
    alarm_.set(deadline);
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(buffer.data(), buffer.size()), kTuple);
    alarm_.clear();
    Received received;
    received.status = status_of(error);
    received.bytes = size;
    co_return received;
}

asio::awaitable<IoStatus> TcpTransport::write(std::string bytes, policy::Deadline deadline) {
    alarm_.set(deadline);
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(bytes), kTuple);
    alarm_.clear();
    co_return status_of(error);
}

IoStatus TcpTransport::status_of(const error_code& error) const {
    if (alarm_.rang() || error == asio::error::timed_out) return IoStatus::TimedOut;
    return error ? IoStatus::Closed : IoStatus::Ok;
}

}  // namespace smarttls::engine
