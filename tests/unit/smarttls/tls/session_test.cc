// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/session.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "smarttls/smtp/tcp_transport.h"
#include "tests/unit/smarttls/mail/fake_mail_server.h"
#include "tests/unit/smarttls/mail/run.h"

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::Reason;
using std::chrono::milliseconds;
using Reasons = std::vector<Reason>;

class RunSession : public testing::Test {
  protected:
    [[nodiscard]] SessionPlan plan(std::uint16_t port) const {
        const auto localhost = policy::IpAddress::parse("127.0.0.1").value();
        return {endpoint_of(localhost, port), {}, "probe.example", host_, {{}, {host_}}, kNow, {}};
    }
    [[nodiscard]] SessionFacts facts_of(const FakeMailServer& server) const {
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

    const policy::DomainName host_ = policy::DomainName::parse("mx.example.nl").value();
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
    const SslCtxHandle context_ = server_context({&leaf_});
};

/// Parameters for DHE; SSL_CTX_set0_tmp_dh_pkey() takes them over.
EVP_PKEY* dh_group(const char* name) {
    std::string group(name);
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context);
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEY_PARAMETERS,
                      const_cast<OSSL_PARAM*>(static_cast<const OSSL_PARAM*>(parameters)));
    EVP_PKEY_CTX_free(context);
    return key;
}

void expect_end(const SessionFacts& facts, SessionOutcome outcome, Reason reason) {
    EXPECT_EQ(facts.outcome, outcome);
    EXPECT_EQ(facts.reasons, Reasons{reason});
}

TEST_F(RunSession, TellsWhatAGoodServerShows) {
    const FakeMailServer server(good_server(context_.get()));
    const SessionFacts facts = facts_of(server);
    EXPECT_TRUE(facts.connected);
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
    EXPECT_EQ(facts.reasons, Reasons{});
    EXPECT_EQ(facts.pkix, Reasons{});
    ASSERT_TRUE(facts.tls);
    EXPECT_EQ(facts.tls->protocol, "TLSv1.3");
    EXPECT_EQ(facts.tls->suite, "TLS_AES_256_GCM_SHA384");
    EXPECT_EQ(facts.tls->group, "x25519");
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->issuer, "CN=Root");
    EXPECT_EQ(facts.dane.status, DaneStatus::None);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(RunSession, SpeaksPolitelyAndSendsTheNameAsSni) {
    std::vector<std::string> heard;
    {
        const FakeMailServer server(good_server(context_.get()));
        EXPECT_EQ(facts_of(server).outcome, SessionOutcome::Tls);
        heard = server.heard();
    }
    EXPECT_EQ(heard,
              (std::vector<std::string>{"EHLO probe.example", "STARTTLS", "sni:mx.example.nl",
                                        "tls:EHLO probe.example", "tls:QUIT"}));
}

TEST_F(RunSession, KnowsTheGroupOfTls12) {
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    const FakeMailServer server(good_server(context_.get()));
    const SessionFacts facts = facts_of(server);
    ASSERT_TRUE(facts.tls);
    EXPECT_EQ(facts.tls->protocol, "TLSv1.2");
    EXPECT_EQ(facts.tls->suite, "ECDHE-ECDSA-AES256-GCM-SHA384");
    EXPECT_EQ(facts.tls->group, "x25519");
}

TEST_F(RunSession, KnowsTheFiniteFieldGroupOfDhe) {
    const Identity rsa = issue({.issuer = &root_, .key = KeyKind::Rsa2048});
    for (const char* const name : {"ffdhe2048", "ffdhe3072", "modp_2048"}) {
        const SslCtxHandle context = server_context({&rsa});
        SSL_CTX_ctrl(context.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, nullptr);
        SSL_CTX_set_cipher_list(context.get(), "DHE-RSA-AES256-GCM-SHA384");
        SSL_CTX_set0_tmp_dh_pkey(context.get(), dh_group(name));
        const FakeMailServer server(good_server(context.get()));
        const SessionFacts facts = facts_of(server);
        ASSERT_TRUE(facts.tls) << name;
        EXPECT_EQ(facts.tls->group, name);
    }
}

TEST_F(RunSession, KnowsNoGroupWhereTheKeyExchangeHasNone) {
    const Identity rsa = issue({.issuer = &root_, .key = KeyKind::Rsa2048});
    const SslCtxHandle context = server_context({&rsa});
    SSL_CTX_ctrl(context.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    SSL_CTX_set_cipher_list(context.get(), "AES128-SHA");
    const FakeMailServer server(good_server(context.get()));
    const SessionFacts facts = facts_of(server);
    ASSERT_TRUE(facts.tls);
    EXPECT_EQ(facts.tls->suite, "AES128-SHA");
    EXPECT_EQ(facts.tls->group, "");
}

TEST_F(RunSession, CompletesTheHandshakeWhateverTheCertificateIs) {
    const Identity bad = issue({.dns_names = {"x.example"}, .to_days = -1});
    const SslCtxHandle context = server_context({&bad});
    const FakeMailServer server(good_server(context.get()));
    const SessionFacts facts = facts_of(server);
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
    EXPECT_EQ(facts.pkix, (Reasons{Reason::CertificateSelfSigned, Reason::CertificateExpired,
                                   Reason::CertificateHostMismatch}));
}

TEST_F(RunSession, JudgesTlsaRecordsAndSendsTheBaseDomainAsSni) {
    const FakeMailServer server(good_server(context_.get()));
    SessionPlan wanted = plan(server.port());
    wanted.dane.records = {tlsa_of(3, 1, 1, leaf_)};
    wanted.dane.names = {policy::DomainName::parse("base.example").value()};
    EXPECT_EQ(run(run_session(wanted, tls_, soon())).dane.status, DaneStatus::Verified);
    EXPECT_EQ(server.heard().at(2), "sni:base.example");
    wanted.dane.records = {tlsa_of(3, 1, 1, root_)};
    EXPECT_EQ(run(run_session(wanted, tls_, soon())).dane.status, DaneStatus::Mismatch);
}

TEST_F(RunSession, FindsNoTlsWhereNoneIsOffered) {
    const FakeMailServer server(plain_server());
    SessionPlan wanted = plan(server.port());
    wanted.dane.records = {tlsa_of(3, 1, 1, leaf_)};
    const SessionFacts facts = run(run_session(wanted, tls_, soon()));
    expect_end(facts, SessionOutcome::NoTls, Reason::StarttlsNotSupported);
    EXPECT_FALSE(facts.certificate);
    EXPECT_EQ(facts.dane.status, DaneStatus::Mismatch);
}

TEST_F(RunSession, FindsNoTlsWhereTheHandshakeFails) {
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, nullptr);
    const FakeMailServer old(good_server(context_.get()));
    expect_end(facts_of(old), SessionOutcome::NoTls, Reason::ValidationFailure);
    const FakeMailServer garbage(after_go([](MailPeer& peer) {
        peer.send("this is no TLS record\r\nand neither is this\r\n");
        peer.wait_for_end();
    }));
    expect_end(facts_of(garbage), SessionOutcome::NoTls, Reason::ValidationFailure);
}

TEST_F(RunSession, CompletesTheHandshakeWithAWeakKeyAsPostfixDoes) {
    const Identity weak =
        issue({.dns_names = {"mx.example.nl"}, .issuer = &root_, .key = KeyKind::Rsa1024});
    const SslCtxHandle context = server_context({&weak});
    const FakeMailServer server(good_server(context.get()));
    const SessionFacts facts = facts_of(server);
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
    EXPECT_EQ(facts.pkix, Reasons{});
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->key, "rsa-1024");
}

TEST_F(RunSession, RefusesAnonymousSuites) {
    const SslCtxHandle anonymous(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_security_level(anonymous.get(), 0);
    SSL_CTX_set_cipher_list(anonymous.get(), "aNULL");
    SSL_CTX_ctrl(anonymous.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    const FakeMailServer server(good_server(anonymous.get()));
    expect_end(facts_of(server), SessionOutcome::NoTls, Reason::ValidationFailure);
}

TEST_F(RunSession, FindsAnAlertThatComesAfterTheHandshake) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    const FakeMailServer server(after_go([this](MailPeer& peer) {
        EXPECT_FALSE(peer.accept_tls(context_.get()));
        peer.wait_for_end();
    }));
    const SessionFacts facts = facts_of(server);
    expect_end(facts, SessionOutcome::NoTls, Reason::ValidationFailure);
}

TEST_F(RunSession, KnowsNothingWhenTheServerHangsUp) {
    const FakeMailServer closing(after_go([](MailPeer&) {}));
    expect_end(facts_of(closing), SessionOutcome::Unknown, Reason::ProtocolError);
    const FakeMailServer resetting(after_go([](MailPeer& peer) { peer.reset(); }));
    expect_end(facts_of(resetting), SessionOutcome::Unknown, Reason::ProtocolError);
    const FakeMailServer mute([](MailPeer&) {});
    expect_end(facts_of(mute), SessionOutcome::Unknown, Reason::ProtocolError);
}

TEST_F(RunSession, KnowsNothingWhenTheServerIsRefusedUnderTls) {
    const FakeMailServer server(after_go([this](MailPeer& peer) {
        peer.accept_tls(context_.get());
        peer.line();
        peer.send("421 4.3.2 going down\r\n");
        peer.line();
    }));
    const SessionFacts facts = facts_of(server);
    expect_end(facts, SessionOutcome::Unknown, Reason::Busy);
    EXPECT_TRUE(facts.certificate);
}

TEST_F(RunSession, KnowsNothingWhenNobodyAnswersInTime) {
    const FakeMailServer silent([](MailPeer& peer) { peer.wait_for_end(); });
    SessionPlan wanted = plan(silent.port());
    wanted.limits.banner = milliseconds(50);
    SessionFacts facts = run(run_session(wanted, tls_, soon()));
    EXPECT_TRUE(facts.connected);
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);

    const FakeMailServer hanging(after_go([](MailPeer& peer) { peer.wait_for_end(); }));
    wanted = plan(hanging.port());
    wanted.limits.handshake = milliseconds(50);
    facts = run(run_session(wanted, tls_, soon()));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
}

TEST_F(RunSession, EndsATarpitThatSendsNowAndThen) {
    const FakeMailServer tarpit([](MailPeer& peer) {
        while (peer.send("2")) std::this_thread::sleep_for(milliseconds(20));
    });
    SessionPlan wanted = plan(tarpit.port());
    wanted.limits.banner = milliseconds(100);
    const auto begin = std::chrono::steady_clock::now();
    const SessionFacts facts = run(run_session(wanted, tls_, soon()));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(RunSession, LetsTheDeadlineOfTheWholeEndAStep) {
    const FakeMailServer silent([](MailPeer& peer) { peer.wait_for_end(); });
    const auto now = policy::Deadline::Clock::now();
    const SessionFacts facts =
        run(run_session(plan(silent.port()), tls_, policy::Deadline::after(now, milliseconds(50))));
    expect_end(facts, SessionOutcome::Unknown, Reason::Timeout);
}

TEST_F(RunSession, IsNotDelayedByARudeGoodbye) {
    const FakeMailServer server(after_go([this](MailPeer& peer) {
        peer.accept_tls(context_.get());
        peer.line();
        peer.send("250 mx\r\n");
        peer.line();  // QUIT, never answered
        peer.wait_for_end();
    }));
    SessionPlan wanted = plan(server.port());
    wanted.limits.farewell = milliseconds(50);
    const SessionFacts facts = run(run_session(wanted, tls_, soon()));
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
}

TEST_F(RunSession, SaysThatItCouldNotConnect) {
    std::uint16_t port = 0;
    {
        const FakeMailServer gone([](MailPeer&) {});
        port = gone.port();
    }
    const SessionFacts facts = run(run_session(plan(port), tls_, soon()));
    EXPECT_FALSE(facts.connected);
    expect_end(facts, SessionOutcome::Unknown, Reason::Refused);
}

}  // namespace
}  // namespace smarttls::engine
