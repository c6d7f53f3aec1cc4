// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/second_look.h"

#include <gtest/gtest.h>

#include "smarttls/smtp/tcp_transport.h"
#include "tests/unit/smarttls/mail/fake_mail_server.h"
#include "tests/unit/smarttls/mail/run.h"

namespace smarttls::engine {
namespace {

using policy::Reason;
using Reasons = std::vector<Reason>;

class SecondLook : public testing::Test {
  protected:
    [[nodiscard]] SessionPlan plan(std::uint16_t port) const {
        const auto localhost = policy::IpAddress::parse("127.0.0.1").value();
        SessionPlan wanted(endpoint_of(localhost, port), host_);
        wanted.helo_name = "probe.example";
        return wanted;
    }
    /// Both looks.
    [[nodiscard]] Observation seen_at(const FakeMailServer& server) const {
        Observation seen = run(observe(plan(server.port()), tls_, soon()));
        EXPECT_EQ(seen.outcome, SessionOutcome::NoTls);
        EXPECT_TRUE(seen.handshake_failed);
        EXPECT_EQ(seen.peer, nullptr) << "delivery cannot rely on what a lax session shows";
        return seen;
    }
    static void limit(SSL_CTX* context, int lowest, int highest) {
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, lowest, nullptr);
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, highest, nullptr);
    }
    static void only_group(SSL_CTX* context, std::string name) {
        SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, name.data());
    }

    const policy::DomainName host_ = policy::DomainName::parse("mx.example.nl").value();
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
    const SslCtxHandle context_ = server_context({&leaf_, &root_});
};

TEST_F(SecondLook, NamesAnOldProtocolAndKeepsWhatTheServerShowed) {
    limit(context_.get(), TLS1_VERSION, TLS1_1_VERSION);
    const FakeMailServer server(good_server(context_.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.outcome, SessionOutcome::NoTls) << "delivery would not have this session";
    EXPECT_EQ(facts.reasons, Reasons{Reason::OldProtocol});
    ASSERT_TRUE(facts.tls);
    EXPECT_EQ(facts.tls->protocol, "TLSv1.1");
    EXPECT_TRUE(facts.tls->lax);
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.chain.size(), 1U);
    EXPECT_EQ(server.connections(), 2);
}

TEST_F(SecondLook, NamesAWeakCipher) {
    limit(context_.get(), TLS1_2_VERSION, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context_.get(), "ECDHE-ECDSA-NULL-SHA@SECLEVEL=0");
    const FakeMailServer server(good_server(context_.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.reasons, Reasons{Reason::WeakCipher});
    EXPECT_EQ(facts.tls->suite, "ECDHE-ECDSA-NULL-SHA");
}

TEST_F(SecondLook, NamesAnAnonymousSuiteAWeakCipher) {
    const SslCtxHandle anonymous(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_security_level(anonymous.get(), 0);
    SSL_CTX_set_cipher_list(anonymous.get(), "AECDH-AES256-SHA@SECLEVEL=0");
    limit(anonymous.get(), TLS1_2_VERSION, TLS1_2_VERSION);
    const FakeMailServer server(good_server(anonymous.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.reasons, Reasons{Reason::WeakCipher});
    EXPECT_FALSE(facts.certificate);
}

TEST_F(SecondLook, NamesAWeakGroup) {
    limit(context_.get(), TLS1_2_VERSION, TLS1_2_VERSION);
    const Identity rsa = issue({.issuer = &root_, .key = KeyKind::Rsa2048});
    const SslCtxHandle context = server_context({&rsa});
    limit(context.get(), TLS1_2_VERSION, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context.get(), "ECDHE-RSA-AES256-GCM-SHA384");
    only_group(context.get(), "secp224r1");
    const FakeMailServer server(good_server(context.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.reasons, Reasons{Reason::WeakGroup});
    EXPECT_EQ(facts.tls->group, "secp224r1");
}

TEST_F(SecondLook, NamesMoreThanOneWhenMoreThanOneIsTrue) {
    limit(context_.get(), TLS1_VERSION, TLS1_VERSION);
    SSL_CTX_set_cipher_list(context_.get(), "ECDHE-ECDSA-NULL-SHA@SECLEVEL=0");
    const FakeMailServer server(good_server(context_.get()));
    EXPECT_EQ(seen_at(server).reasons, (Reasons{Reason::OldProtocol, Reason::WeakCipher}));
}

TEST_F(SecondLook, LeavesTheFirstReasonWhereItFindsNothing) {
    limit(context_.get(), TLS1_2_VERSION, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context_.get(), "DHE-PSK-AES256-GCM-SHA384");
    const FakeMailServer server(good_server(context_.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.reasons, Reasons{Reason::ValidationFailure});
    EXPECT_FALSE(facts.tls);
}

TEST_F(SecondLook, WaitsBetweenTheTwoSessions) {
    limit(context_.get(), TLS1_VERSION, TLS1_1_VERSION);
    const FakeMailServer server(good_server(context_.get()));
    SessionPlan wanted = plan(server.port());
    wanted.interval = std::chrono::milliseconds(200);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(run(observe(wanted, tls_, soon())).reasons, Reasons{Reason::OldProtocol});
    EXPECT_GE(std::chrono::steady_clock::now() - begin, wanted.interval);
}

TEST_F(SecondLook, IsNotCalledForWhereNoTlsWasSpoken) {
    const FakeMailServer garbage([](MailPeer& peer) {
        peer.send("220 mx\r\n");
        peer.line();
        peer.send("250-mx\r\n250 STARTTLS\r\n");
        peer.line();
        peer.send("220 go\r\n");
        peer.send("this is no TLS record\r\nand neither is this\r\n");
        peer.wait_for_end();
    });
    const FakeMailServer plain(plain_server());
    for (const auto* server : {&garbage, &plain}) {
        const Observation facts = run(observe(plan(server->port()), tls_, soon()));
        EXPECT_EQ(facts.outcome, SessionOutcome::NoTls);
        EXPECT_FALSE(facts.handshake_failed);
        EXPECT_EQ(server->connections(), 1);
    }
}

Observation lax_session(const char* protocol, const char* suite, const char* group) {
    Observation facts;
    facts.tls = policy::TlsFacts{protocol, suite, group};
    return facts;
}

TEST_F(SecondLook, CountsOnlyWhatTheFloorsDoNotOffer) {
    const auto beyond = [&](const Observation& facts) { return beyond_offer(tls_, facts); };
    EXPECT_EQ(beyond(lax_session("TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519")), Reasons{});
    EXPECT_EQ(beyond(lax_session("TLSv1.3", "TLS_AES_256_GCM_SHA384", "ffdhe2048")),
              Reasons{Reason::WeakGroup});
    EXPECT_EQ(beyond(lax_session("TLSv1.3", "TLS_AES_128_CCM_8_SHA256", "x25519")),
              Reasons{Reason::WeakCipher});
    EXPECT_EQ(beyond(lax_session("TLSv1.2", "DHE-RSA-AES256-GCM-SHA384", "ffdhe2048")), Reasons{})
        << "the server's choice, which the floors take";
    EXPECT_EQ(beyond(lax_session("TLSv1.2", "AES128-SHA", "")), Reasons{});
    Observation curve = lax_session("TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", "x25519");
    curve.certificate.emplace();
    curve.certificate->key = "ecdsa-224";
    curve.certificate->curve = "secp224r1";
    EXPECT_EQ(beyond(curve), Reasons{Reason::WeakKey});
}

}  // namespace
}  // namespace smarttls::engine
