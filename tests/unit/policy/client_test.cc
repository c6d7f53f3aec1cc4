// SPDX-License-Identifier: Apache-2.0
#include "policy/client.h"

#include <gtest/gtest.h>

#include "policy/address_pattern.h"

namespace smarttls::policy {
namespace {

const std::string kHex(64, 'A');

TEST(AddressPattern, MeansAnAddressADomainOrItsSubdomains) {
    const auto matches = [](std::string_view pattern, std::string_view address, std::string_view domain = {}) {
        return AddressPattern::parse(pattern).value().matches(address, domain);
    };
    EXPECT_TRUE(matches("Alice@Example.nl", "alice@EXAMPLE.nl"));
    EXPECT_FALSE(matches("alice@example.nl", "malice@example.nl"));
    EXPECT_FALSE(matches("alice@example.nl", "alice@sub.example.nl"));
    EXPECT_TRUE(matches("@example.nl", "\"a@b\"@example.nl"));
    EXPECT_FALSE(matches("@example.nl", "alice@sub.example.nl"));
    EXPECT_FALSE(matches("@example.nl", "alice@badexample.nl"));
    EXPECT_TRUE(matches(".example.nl", "alice@a.b.example.nl"));
    EXPECT_FALSE(matches(".example.nl", "alice@example.nl"));
    EXPECT_FALSE(matches(".example.nl", "alice@badexample.nl"));
    EXPECT_TRUE(matches("@xn--bcher-kva.example", "a@b\xc3\xbc" "cher.example", "xn--bcher-kva.example"));
    EXPECT_TRUE(matches("alice", "ALICE"));
    EXPECT_FALSE(matches("alice", "alice@example.nl"));
    EXPECT_FALSE(matches("@example.nl", "example.nl"));
    EXPECT_FALSE(matches("alice", ""));
}

TEST(AddressPattern, RefusesWhatMeansNothing) {
    for (const char* text : {"", "alice@", ".", "@", "a b@example.nl", "<alice@example.nl>", "alice@exa mple", "@-.", ".."}) {
        EXPECT_FALSE(AddressPattern::parse(text)) << text;
    }
    EXPECT_TRUE(AddressPattern::parse("alice"));
    EXPECT_FALSE(AddressPattern::parse_address("alice"));
    EXPECT_TRUE(AddressPattern::parse_address(".example.nl"));
}

TEST(CertificatePattern, IsReadAndWritten) {
    const auto pattern = CertificatePattern::parse(" Mail Gateway ;issuer = Our CA; tenant=72F988BF-86f1-41af-91ab-2d7cd011db47").value();
    EXPECT_EQ(pattern.name, "Mail Gateway");
    EXPECT_EQ(pattern.str(), "Mail Gateway; issuer=Our CA; tenant=72f988bf-86f1-41af-91ab-2d7cd011db47");
    std::string colons = "aa";
    for (int i = 0; i < 31; ++i) colons += ":Aa";
    EXPECT_EQ(CertificatePattern::parse("sha256=" + colons).value().fingerprint, kHex);
    for (const std::string& text : {std::string(), std::string(";"), std::string("issuer=x"), std::string("a;b"), std::string("a; issuer="),
                                    std::string("a; tenant=x"), std::string("sha256=AA"), std::string("a; sha1=AA"), "sha256=" + kHex + "AA",
                                    "sha256=Z" + kHex.substr(1)}) {
        EXPECT_FALSE(CertificatePattern::parse(text)) << text;
    }
}

TEST(CertificatePattern, FitsWhenAllPartsDo) {
    const ClientCertificate shown{"mail.example.nl", "Our CA", kHex};
    const auto fits = [&](const std::string& text, const ClientCertificate& certificate) {
        return CertificatePattern::parse(text).value().fits(certificate);
    };
    EXPECT_TRUE(fits("MAIL.example.nl", shown));
    EXPECT_TRUE(fits("mail.example.nl; issuer=our ca; sha256=" + kHex, shown));
    EXPECT_TRUE(fits("sha256=" + kHex, shown));
    EXPECT_FALSE(fits("mail.example.nl; issuer=Other CA", shown));
    EXPECT_FALSE(fits("example.nl", shown));
    EXPECT_FALSE(fits("sha256=B" + kHex.substr(1), shown));
    EXPECT_FALSE(fits("mail.example.nl", {})) << "none was verified";
    EXPECT_FALSE(fits("sha256=" + kHex, {"mail.example.nl", "Our CA", ""})) << "Postfix does not tell it";
}

}  // namespace
}  // namespace smarttls::policy
