// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/certificate.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {
namespace {

using std::chrono::days;

TEST(Describe, SaysWhatTheCertificateSaysOfItself) {
    const Identity root = issue({.common_name = "Root", .is_ca = true});
    const Identity leaf = issue({.common_name = "mx, \"the\" host",
                                 .dns_names = {"mx.example", "*.example"},
                                 .issuer = &root});
    const policy::CertificateFacts facts = describe(leaf.certificate.get());
    EXPECT_EQ(facts.subject, R"(CN=mx\, \"the\" host)");
    EXPECT_EQ(facts.issuer, "CN=Root");
    EXPECT_EQ(facts.names, (std::vector<std::string>{"mx.example", "*.example"}));
    EXPECT_EQ(facts.not_before, kNow - days(10));
    EXPECT_EQ(facts.not_after, kNow + days(10));
    EXPECT_EQ(facts.key, "ecdsa-256");
    EXPECT_EQ(facts.signature, "sha256");
    EXPECT_EQ(facts.sha256.size(), 64U);
    EXPECT_EQ(facts.sha256.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Describe, NamesKeyAndSignature) {
    const struct {
        KeyKind kind;
        const char* key;
        const char* signature;
    } rows[] = {{KeyKind::P256, "ecdsa-256", "sha256"},
                {KeyKind::Rsa2048, "rsa-2048", "sha256"},
                {KeyKind::Ed25519, "ed25519", "ed25519"}};
    for (const auto& row : rows) {
        const Identity leaf = issue({.key = row.kind});
        const policy::CertificateFacts facts = describe(leaf.certificate.get());
        EXPECT_EQ(facts.key, row.key);
        EXPECT_EQ(facts.signature, row.signature);
    }
}

TEST(Describe, NamesCurvesAsTlsDoes) {
    EXPECT_EQ(describe(issue({}).certificate.get()).curve, "secp256r1");
    EXPECT_EQ(describe(issue({.key = KeyKind::P224}).certificate.get()).curve, "secp224r1");
    EXPECT_EQ(describe(issue({.key = KeyKind::Rsa2048}).certificate.get()).curve, "");
    EXPECT_EQ(describe(issue({.key = KeyKind::Ed25519}).certificate.get()).curve, "");
}

TEST(Describe, NamesASha1Signature) {
    EXPECT_EQ(describe(issue({.hash = "SHA1"}).certificate.get()).signature, "sha1");
}

TEST(DescribeIssuers, TellsWhatStandsBehindTheServersOwn) {
    const Identity root = issue({.common_name = "Root", .is_ca = true});
    const Identity middle = issue({.common_name = "Middle", .is_ca = true, .issuer = &root});
    const Identity leaf = issue({.issuer = &middle});
    const auto issuers = describe_issuers(chain_of({&leaf, &middle, &root}));
    ASSERT_EQ(issuers.size(), 2U);
    EXPECT_EQ(issuers[0].subject, "CN=Middle");
    EXPECT_EQ(issuers[1].issuer, "CN=Root");
    EXPECT_TRUE(describe_issuers(chain_of({&leaf})).empty());
}

TEST(DescribeIssuers, BoundsTheirNumber) {
    const Identity one = issue({});
    EXPECT_EQ(describe_issuers(chain_of(std::vector<const Identity*>(500, &one))).size(), 9U);
}

TEST(Describe, LeavesOutNamesThatAreNone) {
    const Identity leaf =
        issue({.dns_names = {std::string("mx.good.example\0.evil.example", 29), "ok.example", "a b",
                             "caf\xe9.example", "", std::string(300, 'a')}});
    EXPECT_EQ(describe(leaf.certificate.get()).names, std::vector<std::string>{"ok.example"});
}

TEST(Describe, EscapesWhatIsNotAscii) {
    const Identity leaf = issue({.common_name = "caf\xc3\xa9\x1b"});
    EXPECT_EQ(describe(leaf.certificate.get()).subject, R"(CN=caf\C3\A9\1B)");
}

TEST(Describe, BoundsTheNumberOfNames) {
    const Identity leaf = issue({.dns_names = std::vector<std::string>(5000, "mx.example")});
    EXPECT_EQ(describe(leaf.certificate.get()).names.size(), 100U);
}

}  // namespace
}  // namespace smarttls::engine
