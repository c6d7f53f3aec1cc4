// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/context.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {
namespace {

TEST(TlsContext, NamesACaFileThatCannotBeRead) {
    const auto tls = TlsContext::open("/nonexistent/ca.pem");
    ASSERT_FALSE(tls);
    EXPECT_EQ(tls.error().kind, policy::ErrorKind::Misconfigured);
    EXPECT_NE(tls.error().what.find("/nonexistent/ca.pem"), std::string::npos);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(TlsContext, RefusesACaFileWithoutCertificates) {
    const std::string file = testing::TempDir() + "smarttls-empty-ca.pem";
    std::ofstream(file) << "nothing\n";
    const auto tls = TlsContext::open(file);
    std::remove(file.c_str());
    ASSERT_FALSE(tls);
    EXPECT_EQ(tls.error().kind, policy::ErrorKind::Misconfigured);
}

TEST(TlsContext, HandshakesAtTheSecurityLevelAtWhichPostfixAuthenticates) {
    const Identity root = issue({.is_ca = true});
    EXPECT_EQ(SSL_CTX_get_security_level(trusting({&root}).get()), 1);
}

TEST(TlsContext, OffersAllThereIsOnlyWhenItIsLax) {
    const Identity root = issue({.is_ca = true});
    const TlsContext lax = trusting({&root}).laxer();
    EXPECT_EQ(SSL_CTX_ctrl(lax.get(), SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nullptr), TLS1_VERSION);
    EXPECT_EQ(SSL_CTX_get_security_level(lax.get()), 0);
    std::vector<std::string> suites;
    const STACK_OF(SSL_CIPHER)* const offered = SSL_CTX_get_ciphers(lax.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(offered); ++i) {
        suites.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(offered, i)));
    }
    const auto place = [&](const char* name) {
        return std::find(suites.begin(), suites.end(), name) - suites.begin();
    };
    const auto end = static_cast<std::ptrdiff_t>(suites.size());
    EXPECT_LT(place("ECDHE-RSA-AES256-GCM-SHA384"), place("AES128-SHA"));
    EXPECT_LT(place("AES128-SHA"), place("ADH-AES256-SHA"));
    EXPECT_LT(place("ADH-AES256-SHA"), place("NULL-SHA"));
    EXPECT_LT(place("NULL-SHA"), end);
    EXPECT_LT(place("TLS_AES_128_CCM_8_SHA256"), end);
}

TEST(TlsContext, OffersTheGroupsOfPostfix) {
    for (const char* name : {"x25519", "x448", "secp256r1", "secp384r1", "secp521r1"}) {
        EXPECT_TRUE(TlsContext::offers_group(name)) << name;
    }
    for (const char* name : {"ffdhe2048", "secp224r1", "brainpoolP256r1", "prime256v1", ""}) {
        EXPECT_FALSE(TlsContext::offers_group(name)) << name;
    }
}

TEST(TlsContext, OffersNoAnonymousSuiteAndNothingBelowTls12) {
    const Identity root = issue({.is_ca = true});
    const TlsContext tls = trusting({&root});
    EXPECT_EQ(SSL_CTX_ctrl(tls.get(), SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nullptr), TLS1_2_VERSION);
    const STACK_OF(SSL_CIPHER)* const suites = SSL_CTX_get_ciphers(tls.get());
    ASSERT_GT(sk_SSL_CIPHER_num(suites), 10);
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
        const SSL_CIPHER* const suite = sk_SSL_CIPHER_value(suites, i);
        EXPECT_NE(SSL_CIPHER_get_auth_nid(suite), NID_auth_null) << SSL_CIPHER_get_name(suite);
        EXPECT_GE(SSL_CIPHER_get_bits(suite, nullptr), 128) << SSL_CIPHER_get_name(suite);
    }
}

}  // namespace
}  // namespace smarttls::engine
