// SPDX-License-Identifier: Apache-2.0
//
// RunSession: sessions with a FakeMailServer whose certificate is issued by the root that we trust.
#pragma once

#include <gtest/gtest.h>

#include "smarttls/smtp/tcp_transport.h"
#include "smarttls/tls/session.h"
#include "tests/unit/smarttls/mail/fake_mail_server.h"
#include "tests/unit/smarttls/mail/run.h"

namespace smarttls::engine {

class RunSession : public testing::Test {
  protected:
    [[nodiscard]] SessionPlan plan(std::uint16_t port) const {
        const auto localhost = policy::IpAddress::parse("127.0.0.1").value();
        SessionPlan wanted(endpoint_of(localhost, port), host_);
        wanted.helo_name = "probe.example";
        return wanted;
    }
    [[nodiscard]] Observation seen_at(const FakeMailServer& server) const {
        return run(run_session(plan(server.port()), tls_, soon()));
    }
    /// Says banner, EHLO and 220 to STARTTLS; then `then`.
    [[nodiscard]] static FakeMailServer::Script after_go(std::function<void(MailPeer&)> then) {
        return [then](MailPeer& peer) {
            peer.send("220 mx\r\n");
            peer.line();
            peer.send("250-mx\r\n250 STARTTLS\r\n");
            peer.line();
            peer.send("220 go\r\n");
            then(peer);
        };
    }

    static void expect_end(const Observation& facts, SessionOutcome outcome,
                           policy::Reason reason) {
        EXPECT_EQ(facts.outcome, outcome);
        EXPECT_EQ(facts.reasons, std::vector<policy::Reason>{reason});
    }

    const policy::DomainName host_ = policy::DomainName::parse("mx.example.nl").value();
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
    const SslCtxHandle context_ = server_context({&leaf_});
};

}  // namespace smarttls::engine
