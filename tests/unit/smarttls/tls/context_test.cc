// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/context.h"

#include <gtest/gtest.h>

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

TEST(TlsContext, IsAsLenientAboutOldKeysAndGroupsAsPostfix) {
    const Identity root = issue({.is_ca = true});
    EXPECT_EQ(SSL_CTX_get_security_level(trusting({&root}).get()), 0);
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
