// SPDX-License-Identifier: Apache-2.0
//
// MetricsServer: `GET /metrics` on a UNIX socket (`[engine] metrics-socket`), for
//
//     curl --unix-socket /run/smarttlsd/metrics.sock http://localhost/metrics
//
// and for whatever hands that on to Prometheus. HTTP/1.0: one request, one answer, and the
// connection is closed (RFC 9112 §9.3). Requests have kLongestHttpRequest bytes and `patience`;
// whatever is no request for the page gets 400, 404 or 405.
//
//     auto server = MetricsServer::open(executor, path, [&] { return page(); });
//
// Ownership: outlives the run of the executor's context; removes the socket file on destruction.
// Threads: one thread (that of the executor), which also calls the page. Errors of open(): those of
// UnixListener.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "smarttls/unix_socket.h"

namespace smarttls::engine {

inline constexpr std::size_t kLongestHttpRequest = 8192;
inline constexpr std::chrono::milliseconds kHttpPatience{5000};  // for a request, and for an answer

using MetricsPage = std::function<std::string()>;

/// The whole answer to a request, of which the header section suffices.
[[nodiscard]] std::string http_answer(std::string_view request, const MetricsPage& page);

class MetricsServer {
  public:
    [[nodiscard]] static policy::Result<std::unique_ptr<MetricsServer>> open(
        boost::asio::any_io_executor executor, const std::string& path, MetricsPage page,
        std::chrono::milliseconds patience = kHttpPatience);
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;

  private:
    using Protocol = boost::asio::local::stream_protocol;

    MetricsServer(boost::asio::any_io_executor executor, UnixListener listener, MetricsPage page,
                  std::chrono::milliseconds patience);
    boost::asio::awaitable<void> accept_connections();
    boost::asio::awaitable<void> serve(Protocol::socket socket);

    UnixListener listener_;
    Protocol::acceptor acceptor_;
    MetricsPage page_;
    std::chrono::milliseconds patience_;
};

}  // namespace smarttls::engine
