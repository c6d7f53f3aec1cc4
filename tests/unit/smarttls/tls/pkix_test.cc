// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/pkix.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {
namespace {

using policy::Reason;
using Reasons = std::vector<Reason>;

class Pkix : public testing::Test {
  protected:
    [[nodiscard]] Reasons defects(const std::vector<const Identity*>& presented,
                                  policy::WallTime now = kNow) const {
        return pkix_defects(chain_of(presented), tls_, host_, now);
    }

    const policy::DomainName host_ = policy::DomainName::parse("mx.example.nl").value();
    const std::vector<std::string> names_{"mx.example.nl"};
    const Identity root_ = issue({.common_name = "Root", .to_days = 1000, .is_ca = true});
    const Identity middle_ =
        issue({.common_name = "Middle", .to_days = 1000, .is_ca = true, .issuer = &root_});
    const TlsContext tls_ = trusting({&root_});
};

TEST_F(Pkix, AuthenticatesAGoodChain) {
    const Identity leaf = issue({.dns_names = names_, .issuer = &middle_});
    EXPECT_EQ(defects({&leaf, &middle_}), Reasons{});
    EXPECT_EQ(defects({&leaf, &middle_, &root_}), Reasons{});
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(Pkix, DoesNotCareForTheOrderOfTheChain) {
    const Identity leaf = issue({.dns_names = names_, .issuer = &middle_});
    EXPECT_EQ(defects({&leaf, &root_, &middle_}), Reasons{});
}

TEST_F(Pkix, NamesSelfSigned) {
    const Identity leaf = issue({.dns_names = names_});
    EXPECT_EQ(defects({&leaf}), Reasons{Reason::CertificateSelfSigned});
}

TEST_F(Pkix, NamesAMissingIntermediate) {
    const Identity leaf = issue({.dns_names = names_, .issuer = &middle_});
    EXPECT_EQ(defects({&leaf}), Reasons{Reason::CertificateMissingIssuer});
    EXPECT_EQ(defects({&leaf, &root_}), Reasons{Reason::CertificateMissingIssuer});
}

TEST_F(Pkix, NamesAnUnknownRootWhetherItWasSentOrNot) {
    const Identity stranger = issue({.common_name = "Stranger", .is_ca = true});
    const Identity between = issue({.common_name = "Between", .is_ca = true, .issuer = &stranger});
    const Identity leaf = issue({.dns_names = names_, .issuer = &between});
    EXPECT_EQ(defects({&leaf, &between}), Reasons{Reason::CertificateUnknownRoot});
    EXPECT_EQ(defects({&leaf, &between, &stranger}), Reasons{Reason::CertificateUnknownRoot});
}

TEST_F(Pkix, NamesExpiredAndNotYetValidByTheTimeThatItIsGiven) {
    const Identity leaf = issue({.dns_names = names_, .issuer = &middle_});
    EXPECT_EQ(defects({&leaf, &middle_}, kNow + std::chrono::days(9)), Reasons{});
    EXPECT_EQ(defects({&leaf, &middle_}, kNow + std::chrono::days(11)),
              Reasons{Reason::CertificateExpired});
    const Identity tomorrow = issue({.dns_names = names_, .from_days = 1, .issuer = &middle_});
    EXPECT_EQ(defects({&tomorrow, &middle_}), Reasons{Reason::CertificateNotYetValid});
}

TEST_F(Pkix, NamesAnExpiredIntermediate) {
    const Identity old =
        issue({.common_name = "Old", .to_days = -1, .is_ca = true, .issuer = &root_});
    const Identity leaf = issue({.dns_names = names_, .issuer = &old});
    EXPECT_EQ(defects({&leaf, &old}), Reasons{Reason::CertificateExpired});
}

TEST_F(Pkix, NamesAHostMismatch) {
    const Identity leaf = issue({.dns_names = {"other.example.nl"}, .issuer = &middle_});
    EXPECT_EQ(defects({&leaf, &middle_}), Reasons{Reason::CertificateHostMismatch});
}

TEST_F(Pkix, NamesSeveralDefectsAtOnce) {
    const Identity lonely = issue({.dns_names = {"x.example"}, .to_days = -1});
    EXPECT_EQ(defects({&lonely}),
              (Reasons{Reason::CertificateSelfSigned, Reason::CertificateExpired,
                       Reason::CertificateHostMismatch}));
    const Identity early = issue({.dns_names = {"x.example"}, .from_days = 5, .issuer = &middle_});
    EXPECT_EQ(defects({&early}),
              (Reasons{Reason::CertificateMissingIssuer, Reason::CertificateNotYetValid,
                       Reason::CertificateHostMismatch}));
    const Identity stranger = issue({.common_name = "Stranger", .is_ca = true});
    const Identity stale = issue({.dns_names = names_, .to_days = -1, .issuer = &stranger});
    EXPECT_EQ(defects({&stale, &stranger}),
              (Reasons{Reason::CertificateUnknownRoot, Reason::CertificateExpired}));
}

TEST_F(Pkix, DoesNotTrustWhatIsNotForServersOrWasSignedByNoCa) {
    const Identity client =
        issue({.dns_names = names_, .extended_usage = "clientAuth", .issuer = &middle_});
    EXPECT_EQ(defects({&client, &middle_}), Reasons{Reason::CertificateNotTrusted});
    const Identity no_ca = issue({.common_name = "NoCa", .dns_names = {"no.ca"}, .issuer = &root_});
    const Identity leaf = issue({.dns_names = names_, .issuer = &no_ca});
    EXPECT_EQ(defects({&leaf, &no_ca}), Reasons{Reason::CertificateNotTrusted});
}

TEST_F(Pkix, DoesNotTrustAForgedSignature) {
    const Identity impostor = issue({.common_name = "Middle", .is_ca = true});
    const Identity leaf = issue({.dns_names = names_, .issuer = &impostor});
    EXPECT_EQ(defects({&leaf, &middle_}), Reasons{Reason::CertificateNotTrusted});
}

TEST(NamesHost, ComparesAsRfc7672Section323Says) {
    const struct {
        const char* about;
        std::string common_name;
        std::vector<std::string> dns_names;
        bool matches;
    } rows[] = {
        {"DNS-ID", "x", {"mx.example.nl"}, true},
        {"case", "x", {"MX.Example.NL"}, true},
        {"second DNS-ID", "x", {"a.example", "mx.example.nl"}, true},
        {"CN without DNS-ID", "mx.example.nl", {}, true},
        {"CN beside a DNS-ID", "mx.example.nl", {"other.example"}, false},
        {"wildcard", "x", {"*.example.nl"}, true},
        {"wildcard of two labels", "x", {"*.nl"}, false},
        {"partial wildcard", "x", {"m*.example.nl"}, false},
        {"inner wildcard", "x", {"mx.*.nl"}, false},
        {"parent", "x", {"example.nl"}, false},
        {"leading dot", "x", {".example.nl"}, false},
        {"embedded NUL", "x", {std::string("mx.example.nl\0.evil.example", 27)}, false},
        {"DNS-ID with NUL hides the CN", "mx.example.nl", {std::string("a\0b", 3)}, false},
    };
    const auto host = policy::DomainName::parse("mx.example.nl").value();
    for (const auto& row : rows) {
        const Identity leaf = issue({.common_name = row.common_name, .dns_names = row.dns_names});
        EXPECT_EQ(names_host(leaf.certificate.get(), host), row.matches) << row.about;
    }
}

}  // namespace
}  // namespace smarttls::engine
