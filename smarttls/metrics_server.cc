// SPDX-License-Identifier: Apache-2.0
#include "smarttls/metrics_server.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "smarttls/log.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using policy::Result;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptPause{200};
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kExposition = "text/plain; version=0.0.4; charset=utf-8";

struct RequestLine {
    std::string_view method;
    std::string_view target;
    bool is_http = false;
};

/// RFC 9112 §3. A bare LF ends a line as well (§2.2).
RequestLine parse_request_line(std::string_view request) {
    std::string_view line = request.substr(0, request.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return {};
    const bool is_http = line.substr(last + 1).starts_with("HTTP/1.");
    return {line.substr(0, first), line.substr(first + 1, last - first - 1), is_http};
}

std::string response(std::string_view status, std::string_view type, std::string_view body,
                     bool with_body) {
    std::string text = "HTTP/1.0 " + std::string(status) + "\r\nContent-Type: ";
    text += type;
    text += "\r\nContent-Length: " + std::to_string(body.size());
    if (status.starts_with("405")) text += "\r\nAllow: GET, HEAD";
    text += "\r\nConnection: close\r\n\r\n";
    if (with_body) text += body;
    return text;
}

/// The end of the header section; what is broken in other ways ends at the limit.
asio::awaitable<bool> read_request(asio::local::stream_protocol::socket& socket,
                                   std::string& request) {
    for (;;) {
        if (request.find("\r\n\r\n") != std::string::npos) co_return true;
        if (request.find("\n\n") != std::string::npos) co_return true;
        if (request.size() >= kLongestHttpRequest) co_return true;
        std::array<char, 1024> chunk{};
        const auto [error, size] = co_await socket.async_read_some(asio::buffer(chunk), as_result);
        if (error) co_return !request.empty();
        request.append(chunk.data(), size);
    }
}

}  // namespace

std::string http_answer(std::string_view request, const MetricsPage& page) {
    const auto [method, target, is_http] = parse_request_line(request);
    const bool is_get = method == "GET";
    if (!is_http || request.size() >= kLongestHttpRequest) {
        return response("400 Bad Request", kText, "this is no HTTP request\n", true);
    }
    if (!is_get && method != "HEAD") {
        return response("405 Method Not Allowed", kText, "ask with GET\n", true);
    }
    if (target.substr(0, target.find('?')) != "/metrics") {
        return response("404 Not Found", kText, "the metrics are at /metrics\n", is_get);
    }
    return response("200 OK", kExposition, page(), is_get);
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::open(asio::any_io_executor executor,
                                                           const std::string& path,
                                                           MetricsPage page,
                                                           std::chrono::milliseconds patience) {
    auto listener = UnixListener::open(path);
    if (!listener) return tl::unexpected(listener.error());
    std::unique_ptr<MetricsServer> server(
        new MetricsServer(executor, *std::move(listener), std::move(page), patience));
    asio::co_spawn(executor, server->accept_connections(), asio::detached);
    return server;
}

MetricsServer::MetricsServer(asio::any_io_executor executor, UnixListener listener,
                             MetricsPage page, std::chrono::milliseconds patience)
    : listener_(std::move(listener)),
      acceptor_(executor, Protocol(), listener_.release()),
      page_(std::move(page)),
      patience_(patience) {}

asio::awaitable<void> MetricsServer::accept_connections() {
    asio::steady_timer pause(acceptor_.get_executor());
    for (;;) {
        auto [error, socket] = co_await acceptor_.async_accept(as_result);
        if (!error) {
            const auto ended = [](std::exception_ptr thrown) {
                if (thrown) log(Severity::Error, "bug: serving metrics ended by an exception");
            };
            asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), ended);
        } else {
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(as_result);
        }
    }
}

asio::awaitable<void> MetricsServer::serve(Protocol::socket socket) {
    asio::steady_timer limit(socket.get_executor(), patience_);
    std::string request;
    const auto read = co_await (read_request(socket, request) || limit.async_wait(as_result));
    if (read.index() != 0 || !std::get<0>(read)) co_return;
    const std::string answer = http_answer(request, page_);
    limit.expires_after(patience_);
    co_await (asio::async_write(socket, asio::buffer(answer), as_result) ||
              limit.async_wait(as_result));
}

}  // namespace smarttls::engine
