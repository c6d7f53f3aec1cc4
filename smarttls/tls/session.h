// SPDX-License-Identifier: Apache-2.0
//
// run_session: one polite SMTP session with one address of a mail server, and all that it shows
// about TLS: connect, banner, EHLO, STARTTLS, handshake, certificate, EHLO, QUIT. It never sends
// MAIL.
//
//     SessionPlan plan{...};
//     SessionFacts facts = co_await run_session(std::move(plan), tls, deadline);
//
// No OpenSSL in this header. Ownership: all arguments are the coroutine's own. Threads: the
// executor of the caller. Errors: never; what could not be found out is SessionOutcome::Unknown
// with a reason.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <vector>

#include "policy/deadline.h"
#include "policy/network.h"
#include "policy/verdict.h"
#include "smarttls/smtp/outcome.h"
#include "smarttls/tls/context.h"
#include "smarttls/tls/dane_demand.h"

namespace smarttls::engine {

struct SessionPlan {
    boost::asio::ip::tcp::endpoint server;
    std::optional<policy::IpAddress> source;
    std::string helo_name;
    policy::DomainName host;  // the name that PKIX authenticates: the MX host, unexpanded
    DaneDemand dane;
    policy::WallTime now;  // for the dates of certificates
    SmtpLimits limits;
};

struct SessionFacts {
    bool connected = false;  // false: another address of the host is worth a try
    SessionOutcome outcome = SessionOutcome::Unknown;
    std::vector<policy::Reason> reasons;  // why the outcome is not Tls
    std::optional<policy::TlsFacts> tls;
    bool handshake_failed = false;  // both sides spoke TLS and could not agree
    std::optional<policy::CertificateFacts> certificate;
    std::vector<policy::CertificateFacts> chain;  // what was sent behind it
    std::vector<policy::Reason> pkix;  // defects of the chain; meaningful with outcome Tls
    policy::DaneFacts dane;
};

[[nodiscard]] boost::asio::awaitable<SessionFacts> run_session(SessionPlan plan, TlsContext tls,
                                                               policy::Deadline deadline);

}  // namespace smarttls::engine
