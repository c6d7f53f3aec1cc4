// SPDX-License-Identifier: Apache-2.0
#include "portal/web/http_server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <variant>

#include "policy/values.h"
#include "smarttls/log.h"

namespace smarttls::portal {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::local::stream_protocol;
using engine::log;
using engine::Severity;
using policy::ErrorKind;
using policy::fail;
using policy::Result;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// After a failed accept(2), mostly for want of descriptors: until some client has gone.
constexpr std::chrono::milliseconds kAcceptPause{200};

}  // namespace

/// The listening side of either kind.
class HttpServer::Acceptor {
  public:
    explicit Acceptor(stream_protocol::acceptor acceptor) : acceptor_(std::move(acceptor)) {}
    explicit Acceptor(tcp::acceptor acceptor) : acceptor_(std::move(acceptor)) {}

    [[nodiscard]] asio::any_io_executor executor() {
        return std::visit([](auto& acceptor) -> asio::any_io_executor { return acceptor.get_executor(); }, acceptor_);
    }
    [[nodiscard]] bool is_open() const {
        return std::visit([](const auto& acceptor) { return acceptor.is_open(); }, acceptor_);
    }
    void close() {
        std::visit([](auto& acceptor) { acceptor.close(); }, acceptor_);
    }
    /// The error, and the other end's address when it has one.
    asio::awaitable<boost::system::error_code> accept(std::optional<Protocol::socket>& accepted, std::string& peer) {
        if (auto* unix_acceptor = std::get_if<stream_protocol::acceptor>(&acceptor_)) {
            auto [error, socket] = co_await unix_acceptor->async_accept(as_result);
            if (!error) accepted.emplace(std::move(socket));
            co_return error;
        }
        auto [error, socket] = co_await std::get<tcp::acceptor>(acceptor_).async_accept(as_result);
        if (error) co_return error;
        boost::system::error_code gone;
        peer = socket.remote_endpoint(gone).address().to_string();
        accepted.emplace(std::move(socket));
        co_return gone;
    }

  private:
    std::variant<stream_protocol::acceptor, tcp::acceptor> acceptor_;
};

Result<std::unique_ptr<HttpServer>> HttpServer::open(asio::any_io_executor executor, const std::string& listen,
                                                     const HttpSetting& setting) {
    std::unique_ptr<HttpServer> server(new HttpServer(executor, setting));
    if (listen.starts_with('/')) {
        auto listener = engine::UnixListener::open(listen);
        if (!listener) return tl::unexpected(listener.error());
        server->listener_.emplace(*std::move(listener));
        stream_protocol::acceptor acceptor(executor, stream_protocol(), server->listener_->release());
        server->acceptor_ = std::make_unique<Acceptor>(std::move(acceptor));
    } else {
        const auto endpoint = policy::read_endpoint(listen, 0);
        if (!endpoint) return tl::unexpected(endpoint.error());
        const tcp::endpoint address(asio::ip::make_address(endpoint->address.str()), endpoint->port);
        boost::system::error_code error;
        tcp::acceptor acceptor(executor);
        acceptor.open(address.protocol(), error);
        if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor.bind(address, error);
        if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error) return fail(ErrorKind::Temporary, listen + ": " + error.message(), error.value());
        server->port_ = acceptor.local_endpoint().port();
        server->acceptor_ = std::make_unique<Acceptor>(std::move(acceptor));
    }
    asio::co_spawn(executor, server->accept_connections(), asio::detached);
    return server;
}

HttpServer::HttpServer(asio::any_io_executor executor, const HttpSetting& setting) : setting_(setting), all_ended_(executor) {}
HttpServer::~HttpServer() = default;

asio::awaitable<void> HttpServer::accept_connections() {
    asio::steady_timer pause(acceptor_->executor());
    for (;;) {
        std::optional<Protocol::socket> socket;
        std::string peer;
        const auto error = co_await acceptor_->accept(socket, peer);
        if (!acceptor_->is_open()) co_return;  // shutdown() closed it; whoever just came is too late
        if (!error) {
            adopt(*std::move(socket), std::move(peer));
        } else {
            log(Severity::Warning, "accept of a browser: " + error.message());
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(as_result);
        }
    }
}

void HttpServer::make_room() {
    if (connections_.size() < setting_.limits.connections) return;
    const auto waiting = std::ranges::find_if(connections_, [](const auto& connection) { return connection->is_waiting(); });
    if (waiting != connections_.end()) (*waiting)->close();
}

void HttpServer::adopt(Protocol::socket socket, std::string peer) {
    make_room();
    const auto connection = std::make_shared<HttpConnection>(std::move(socket), std::move(peer), setting_);
    const auto place = connections_.insert(connections_.end(), connection);
    const auto ended = [this, connection, place](std::exception_ptr thrown) {
        if (thrown) log(Severity::Error, "bug: a connection ended by an exception");
        connections_.erase(place);
        if (connections_.empty()) all_ended_.cancel();
    };
    asio::co_spawn(acceptor_->executor(), connection->serve(), ended);
}

asio::awaitable<void> HttpServer::shutdown(policy::Deadline deadline) {
    acceptor_->close();
    for (const auto& connection : connections_) connection->drain();
    if (connections_.empty()) co_return;
    all_ended_.expires_at(deadline.when());
    co_await all_ended_.async_wait(as_result);
    for (const auto& connection : connections_) connection->close();
}

}  // namespace smarttls::portal
