// SPDX-License-Identifier: Apache-2.0
//
// HttpServer: accepts the portal's clients on a UNIX socket or a loopback port, and answers them (http_connection.h).
//
//     auto server = HttpServer::open(executor, "/run/smarttls-portal/web.sock", setting);   // it accepts
//     co_await (*server)->shutdown(deadline);
//
// When all connections that may be are there, the one that has kept us waiting longest for its request goes.
// Ownership: borrows the setting; outlives the run of the executor's context; removes a socket file on destruction.
// Threads: one thread (that of the executor). Errors of open(): those of UnixListener; Misconfigured (address), Temporary.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "policy/deadline.h"
#include "policy/result.h"
#include "portal/web/http_connection.h"
#include "smarttls/unix_socket.h"

namespace smarttls::portal {

class HttpServer {
  public:
    /// `listen`: an absolute path, or address:port.
    [[nodiscard]] static policy::Result<std::unique_ptr<HttpServer>> open(boost::asio::any_io_executor executor,
                                                                          const std::string& listen, const HttpSetting& setting);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    /// Accepts nobody else, finishes the answers that are on their way, and returns when that is done or at the deadline.
    boost::asio::awaitable<void> shutdown(policy::Deadline deadline);
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    /// Of the TCP port that was taken; for port 0.
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    class Acceptor;
    using Protocol = HttpConnection::Protocol;

    HttpServer(boost::asio::any_io_executor executor, const HttpSetting& setting);
    boost::asio::awaitable<void> accept_connections();
    void adopt(Protocol::socket socket, std::string peer);
    void make_room();

    std::optional<engine::UnixListener> listener_;
    std::unique_ptr<Acceptor> acceptor_;
    const HttpSetting& setting_;
    std::list<std::shared_ptr<HttpConnection>> connections_;  // the oldest first
    boost::asio::steady_timer all_ended_;                     // cancelled when the last connection ends
    std::uint16_t port_ = 0;
};

}  // namespace smarttls::portal
