// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/tcp_transport.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

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

asio::awaitable<IoStatus> TcpTransport::read(std::string& received, policy::Deadline deadline) {
    alarm_.set(deadline);
    IoStatus status = IoStatus::Ok;
    while (status == IoStatus::Ok && !take(received, status)) {
        status = co_await wait(tcp::socket::wait_read);
    }
    alarm_.clear();
    co_return status;
}

bool TcpTransport::take(std::string& received, IoStatus& status) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): to be overwritten
    std::array<char, kReadSize> bytes;  // on the stack: gone before anything waits
    const ssize_t size = ::recv(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size > 0) received.append(bytes.data(), static_cast<std::size_t>(size));
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (size <= 0) status = IoStatus::Closed;
    return true;
}

asio::awaitable<IoStatus> TcpTransport::wait(tcp::socket::wait_type ready) {
    const auto [error] = co_await socket_.async_wait(ready, kTuple);
    co_return status_of(error);
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
