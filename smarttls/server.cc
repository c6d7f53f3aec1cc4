// SPDX-License-Identifier: Apache-2.0
#include "smarttls/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "smarttls/log.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::Result;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// After a failed accept(2), mostly for want of descriptors: until some client has gone.
constexpr std::chrono::milliseconds kAcceptPause{200};

}  // namespace

Result<std::unique_ptr<Server>> Server::open(asio::any_io_executor executor,
                                             const std::string& path, VerdictCaches caches,
                                             ConnectionLimits limits, Metrics& metrics) {
    auto listener = UnixListener::open(path);
    if (!listener) return tl::unexpected(listener.error());
    std::unique_ptr<Server> server(
        new Server(executor, *std::move(listener), caches, limits, metrics));
    asio::co_spawn(executor, server->accept_connections(), asio::detached);
    return server;
}

Server::Server(asio::any_io_executor executor, UnixListener listener, VerdictCaches caches,
               ConnectionLimits limits, Metrics& metrics)
    : listener_(std::move(listener)),
      acceptor_(executor, Protocol(), listener_.release()),
      caches_(caches),
      limits_(limits),
      metrics_(metrics),
      all_ended_(executor) {}

asio::awaitable<void> Server::accept_connections() {
    asio::steady_timer pause(acceptor_.get_executor());
    for (;;) {
        auto [error, socket] = co_await acceptor_.async_accept(as_result);
        if (!acceptor_.is_open()) co_return;  // shutdown() closed it; whoever just came is too late
        if (!error) {
            adopt(std::move(socket));
        } else {
            log(Severity::Warning, "accept on the socket: " + error.message());
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(as_result);
        }
    }
}

void Server::adopt(Protocol::socket socket) {
    const auto connection =
        std::make_shared<Connection>(std::move(socket), caches_, limits_, metrics_);
    connections_.insert(connection);
    metrics_.client_came();
    const auto ended = [this, connection](std::exception_ptr thrown) {
        if (thrown) log(Severity::Error, "bug: a connection ended by an exception");
        connections_.erase(connection);
        metrics_.client_left();
        if (connections_.empty()) all_ended_.cancel();
    };
    asio::co_spawn(acceptor_.get_executor(), serve(connection), ended);
}

asio::awaitable<void> Server::shutdown(policy::Deadline deadline) {
    acceptor_.close();
    for (const auto& connection : connections_) connection->drain();
    if (connections_.empty()) co_return;
    all_ended_.expires_at(deadline.when());
    co_await all_ended_.async_wait(as_result);
}

}  // namespace smarttls::engine
