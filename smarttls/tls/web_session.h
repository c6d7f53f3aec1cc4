// SPDX-License-Identifier: Apache-2.0
//
// run_web_session: one HTTPS exchange with a policy host, from connect to close (RFC 8461 §3.3).
// The server is authenticated before the first byte of the request leaves.
//
//     WebFinding finding = co_await run_web_session(plan, tls, take, deadline);
//
// Ownership: the coroutine owns its arguments; what `take` refers to outlives it. Threads: one
// thread, that of the caller's executor. Errors: WebFinding. No OpenSSL header here.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/deadline.h"
#include "policy/domain_name.h"
#include "policy/network.h"
#include "policy/verdict.h"
#include "smarttls/smtp/transport.h"
#include "smarttls/tls/context.h"

namespace smarttls::engine {

struct WebPlan {
    WebPlan(boost::asio::ip::tcp::endpoint to, policy::DomainName name)
        : server(std::move(to)), host(std::move(name)) {}
    boost::asio::ip::tcp::endpoint server;
    policy::DomainName host;  // SNI, and the DNS-ID that the certificate must have
    std::optional<policy::IpAddress> source;
    std::string request;
    policy::WallTime now{};  // for the dates of certificates
};

struct WebFinding {
    bool connected = false;
    bool encrypted = false;            // the handshake is complete
    std::vector<policy::Reason> pkix;  // defects of the certificate; then nothing was sent
    IoStatus status = IoStatus::Closed;
    bool ended = false;  // by the server, with close_notify: nobody cut the answer off
};

/// Gets what the server answers, piece by piece; false when it has enough.
using TakeBytes = std::function<bool(std::string_view)>;

[[nodiscard]] boost::asio::awaitable<WebFinding> run_web_session(WebPlan plan, TlsContext tls,
                                                                 TakeBytes take,
                                                                 policy::Deadline deadline);

}  // namespace smarttls::engine
