// SPDX-License-Identifier: Apache-2.0
//
// Server: answers the socketmap protocol on a UNIX socket (`[engine] socket`), to Postfix, the
// milter and `postmap -q`. The maps are in smarttls/maps.h, one client in smarttls/connection.h.
//
//     auto server = Server::open(executor, path, caches, limits, metrics);  // it accepts
//     co_await (*server)->shutdown(deadline);                // answers what is in flight
//
// Ownership: borrows caches and Metrics; outlives the run of the executor's context; removes the
// socket file on destruction.
// Threads: one thread (that of the executor). Errors of open(): those of UnixListener.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <unordered_set>

#include "policy/deadline.h"
#include "policy/result.h"
#include "smarttls/cache.h"
#include "smarttls/connection.h"
#include "smarttls/metrics.h"
#include "smarttls/unix_socket.h"

namespace smarttls::engine {

class Server {
  public:
    [[nodiscard]] static policy::Result<std::unique_ptr<Server>> open(
        boost::asio::any_io_executor executor, const std::string& path, VerdictCaches caches,
        ConnectionLimits limits, Metrics& metrics);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Accepts nobody else, answers the requests that were read, and returns when that is done or
    /// the deadline has passed.
    boost::asio::awaitable<void> shutdown(policy::Deadline deadline);

  private:
    using Protocol = boost::asio::local::stream_protocol;

    Server(boost::asio::any_io_executor executor, UnixListener listener, VerdictCaches caches,
           ConnectionLimits limits, Metrics& metrics);
    boost::asio::awaitable<void> accept_connections();
    void adopt(Protocol::socket socket);

    UnixListener listener_;
    Protocol::acceptor acceptor_;
    VerdictCaches caches_;
    ConnectionLimits limits_;
    Metrics& metrics_;
    std::unordered_set<std::shared_ptr<Connection>> connections_;
    boost::asio::steady_timer all_ended_;  // cancelled when the last connection ends
};

}  // namespace smarttls::engine
