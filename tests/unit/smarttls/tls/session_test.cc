// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/session.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "smarttls/tls/peer_chain.h"
#include "tests/unit/smarttls/tls/session_fixture.h"

namespace smarttls::engine {
namespace {

using policy::Reason;
using Reasons = std::vector<Reason>;

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

TEST_F(RunSession, TellsWhatAGoodServerShows) {
    const FakeMailServer server(good_server(context_.get()));
    const Observation facts = seen_at(server);
    EXPECT_TRUE(facts.connected);
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
    EXPECT_EQ(facts.reasons, Reasons{});
    ASSERT_TRUE(facts.peer);
    EXPECT_EQ(X509_cmp(facts.peer->leaf(), leaf_.certificate.get()), 0);
    ASSERT_TRUE(facts.tls);
    EXPECT_EQ(facts.tls->protocol, "TLSv1.3");
    EXPECT_EQ(facts.tls->suite, "TLS_AES_256_GCM_SHA384");
    EXPECT_EQ(facts.tls->group, "x25519");
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->issuer, "CN=Root");
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(RunSession, SpeaksPolitelyAndSendsTheNameAsSni) {
    std::vector<std::string> heard;
    {
        const FakeMailServer server(good_server(context_.get()));
        EXPECT_EQ(seen_at(server).outcome, SessionOutcome::Tls);
        heard = server.heard();
    }
    EXPECT_EQ(heard,
              (std::vector<std::string>{"EHLO probe.example", "STARTTLS", "sni:mx.example.nl",
                                        "tls:EHLO probe.example", "tls:QUIT"}));
}

TEST_F(RunSession, KnowsTheGroupOfTls12) {
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    const FakeMailServer server(good_server(context_.get()));
    const Observation facts = seen_at(server);
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
        const Observation facts = seen_at(server);
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
    const Observation facts = seen_at(server);
    ASSERT_TRUE(facts.tls);
    EXPECT_EQ(facts.tls->suite, "AES128-SHA");
    EXPECT_EQ(facts.tls->group, "");
}

TEST_F(RunSession, CompletesTheHandshakeWhateverTheCertificateIs) {
    const Identity bad = issue({.dns_names = {"x.example"}, .to_days = -1});
    const SslCtxHandle context = server_context({&bad});
    const FakeMailServer server(good_server(context.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
    EXPECT_TRUE(facts.peer);
}

TEST_F(RunSession, FindsNoTlsWhereNoneIsOffered) {
    const FakeMailServer server(plain_server());
    const Observation facts = seen_at(server);
    expect_end(facts, SessionOutcome::NoTls, Reason::StarttlsNotSupported);
    EXPECT_FALSE(facts.certificate);
    EXPECT_FALSE(facts.peer);
}

TEST_F(RunSession, FindsNoTlsWhereTheHandshakeFails) {
    SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_1_VERSION, nullptr);
    const FakeMailServer old(good_server(context_.get()));
    expect_end(seen_at(old), SessionOutcome::NoTls, Reason::ValidationFailure);
    const FakeMailServer garbage(after_go([](MailPeer& peer) {
        peer.send("this is no TLS record\r\nand neither is this\r\n");
        peer.wait_for_end();
    }));
    expect_end(seen_at(garbage), SessionOutcome::NoTls, Reason::ValidationFailure);
}

TEST_F(RunSession, CompletesTheHandshakeWithAWeakKeyAsPostfixDoes) {
    const Identity weak =
        issue({.dns_names = {"mx.example.nl"}, .issuer = &root_, .key = KeyKind::Rsa1024});
    const SslCtxHandle context = server_context({&weak});
    const FakeMailServer server(good_server(context.get()));
    const Observation facts = seen_at(server);
    EXPECT_EQ(facts.outcome, SessionOutcome::Tls);
    ASSERT_TRUE(facts.certificate);
    EXPECT_EQ(facts.certificate->key, "rsa-1024");
}

TEST_F(RunSession, RefusesAnonymousSuites) {
    const SslCtxHandle anonymous(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_security_level(anonymous.get(), 0);
    SSL_CTX_set_cipher_list(anonymous.get(), "aNULL");
    SSL_CTX_ctrl(anonymous.get(), SSL_CTRL_SET_MAX_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    const FakeMailServer server(good_server(anonymous.get()));
    expect_end(seen_at(server), SessionOutcome::NoTls, Reason::ValidationFailure);
}

TEST_F(RunSession, FindsAnAlertThatComesAfterTheHandshake) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    const FakeMailServer server(after_go([this](MailPeer& peer) {
        EXPECT_FALSE(peer.accept_tls(context_.get()));
        peer.wait_for_end();
    }));
    const Observation facts = seen_at(server);
    expect_end(facts, SessionOutcome::NoTls, Reason::ValidationFailure);
}

}  // namespace
}  // namespace smarttls::engine
