// SPDX-License-Identifier: Apache-2.0
//
// TcpTransport: one TCP connection to a mail server, with a deadline on every wait.
//
//     TcpTransport tcp(co_await this_coro::executor);
//     const IoStatus connected = co_await tcp.connect(server, source, deadline);
//
// Ownership: the socket; TlsTransport borrows it. Threads: one thread. Errors: IoStatus; refused
// and unreachable are Closed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>

#include "policy/network.h"
#include "smarttls/smtp/alarm.h"
#include "smarttls/smtp/transport.h"

namespace smarttls::engine {

[[nodiscard]] boost::asio::ip::tcp::endpoint endpoint_of(const policy::IpAddress& address,
                                                         std::uint16_t port);

class TcpTransport final : public Transport {
  public:
    explicit TcpTransport(const boost::asio::any_io_executor& executor);

    /// `source` is bound when it is of the family of `server`.
    boost::asio::awaitable<IoStatus> connect(boost::asio::ip::tcp::endpoint server,
                                             std::optional<policy::IpAddress> source,
                                             policy::Deadline deadline);

    boost::asio::awaitable<IoStatus> read(std::string& received,
                                          policy::Deadline deadline) override;
    boost::asio::awaitable<IoStatus> write(std::string bytes, policy::Deadline deadline) override;

    [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }
    [[nodiscard]] Alarm& alarm() { return alarm_; }

    /// Until the socket is ready. Does not touch the alarm; Closed when the socket has an error.
    boost::asio::awaitable<IoStatus> wait(boost::asio::ip::tcp::socket::wait_type ready);

  private:
    /// What is there already; false when nothing is.
    [[nodiscard]] bool take(std::string& received, IoStatus& status);
    [[nodiscard]] IoStatus status_of(const boost::system::error_code& error) const;

    boost::asio::ip::tcp::socket socket_;
    Alarm alarm_;
};

}  // namespace smarttls::engine
