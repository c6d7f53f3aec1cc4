// SPDX-License-Identifier: Apache-2.0
//
// run_session: one polite SMTP session with one address of a mail server, and all that it shows
// about TLS: connect, banner, EHLO, STARTTLS, handshake, certificate, EHLO, QUIT. It never sends
// MAIL, and it judges nothing: what it saw is the same for every domain whose mail goes there, and
// assess.h says what it is worth for one of them.
//
//     SessionPlan plan{...};
//     Observation seen = co_await run_session(std::move(plan), tls, deadline);
//
// No OpenSSL in this header. Ownership: all arguments are the coroutine's own. Threads: the
// executor of the caller. Errors: never; what could not be found out is SessionOutcome::Unknown
// with a reason.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/deadline.h"
#include "policy/domain_name.h"
#include "policy/network.h"
#include "policy/verdict.h"
#include "smarttls/smtp/outcome.h"
#include "smarttls/tls/context.h"

namespace smarttls::engine {

class PeerChain;  // peer_chain.h, for those who judge

/// Nothing in it knows which domain asks.
struct SessionPlan {
    SessionPlan(boost::asio::ip::tcp::endpoint to, policy::DomainName name)
        : server(std::move(to)), server_name(std::move(name)) {}
    boost::asio::ip::tcp::endpoint server;
    policy::DomainName server_name;  // SNI: the TLSA base domain (RFC 7672 §8.1)
    std::optional<policy::IpAddress> source;
    std::string helo_name;
    SmtpLimits limits;
    std::chrono::milliseconds interval{0};  // before a second session (second_look.h)
};

struct Observation {
    bool connected = false;  // false: another address of the host is worth a try
    SessionOutcome outcome = SessionOutcome::Unknown;
    std::vector<policy::Reason> reasons;  // why the outcome is not Tls
    std::optional<policy::TlsFacts> tls;
    bool handshake_failed = false;  // both sides spoke TLS and could not agree
    std::optional<policy::CertificateFacts> certificate;
    std::vector<policy::CertificateFacts> chain;  // what was sent behind it
    std::shared_ptr<const PeerChain> peer;        // null without a certificate to judge
};

[[nodiscard]] boost::asio::awaitable<Observation> run_session(SessionPlan plan, TlsContext tls,
                                                              policy::Deadline deadline);

}  // namespace smarttls::engine
