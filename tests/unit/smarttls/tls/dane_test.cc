// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/dane.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {
namespace {

using policy::DaneFacts;
using policy::DaneStatus;

policy::DomainName name(const char* text) {
    return policy::DomainName::parse(text).value();
}

class Dane : public testing::Test {
  protected:
    [[nodiscard]] DaneFacts judged(const std::vector<const Identity*>& presented,
                                   std::vector<TlsaRecord> records,
                                   policy::WallTime now = kNow) const {
        const DaneDemand demand{std::move(records), names_};
        return judge_dane(chain_of(presented), tls_, demand, now);
    }

    std::vector<policy::DomainName> names_{name("mx.example.nl")};
    // Trusted by CA file, so that a test fails when CA certificates rescue what they must not.
    const Identity root_ = issue({.common_name = "Root", .to_days = 1000, .is_ca = true});
    const Identity middle_ =
        issue({.common_name = "Middle", .to_days = 1000, .is_ca = true, .issuer = &root_});
    const Identity leaf_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &middle_});
    const Identity other_ = issue({.dns_names = {"mx.example.nl"}, .issuer = &middle_});
    const TlsContext tls_ = trusting({&root_});
};

void expect(const DaneFacts& facts, DaneStatus status, int usage, int selector, int matching) {
    EXPECT_EQ(facts.status, status);
    EXPECT_EQ(facts.usage, usage);
    EXPECT_EQ(facts.selector, selector);
    EXPECT_EQ(facts.matching, matching);
}

TEST_F(Dane, VerifiesEverySelectorAndMatchingTypeOfUsage3) {
    for (const int selector : {0, 1}) {
        for (const int matching : {0, 1, 2}) {
            expect(judged({&leaf_}, {tlsa_of(3, selector, matching, leaf_)}), DaneStatus::Verified,
                   3, selector, matching);
            EXPECT_EQ(judged({&leaf_}, {tlsa_of(3, selector, matching, other_)}).status,
                      DaneStatus::Mismatch);
        }
    }
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(Dane, IgnoresNameDatesAndIssuerForUsage3) {
    const Identity stale = issue({.dns_names = {"x.example"}, .to_days = -5});
    expect(judged({&stale}, {tlsa_of(3, 1, 1, stale)}), DaneStatus::Verified, 3, 1, 1);
    const Identity early = issue({.from_days = 5});
    expect(judged({&early}, {tlsa_of(3, 1, 1, early)}), DaneStatus::Verified, 3, 1, 1);
}

TEST_F(Dane, LetsNothingRescueAMismatch) {
    // The chain is good by the CA file, and its issuer would match as usage 2.
    EXPECT_EQ(judged({&leaf_, &middle_}, {tlsa_of(3, 1, 1, middle_)}).status, DaneStatus::Mismatch);
    EXPECT_EQ(judged({&leaf_, &middle_}, {tlsa_of(2, 0, 1, leaf_)}).status, DaneStatus::Mismatch);
}

TEST_F(Dane, VerifiesUsage2WhenTheServerSendsTheTrustAnchor) {
    for (const int selector : {0, 1}) {
        for (const int matching : {1, 2}) {
            expect(judged({&leaf_, &middle_}, {tlsa_of(2, selector, matching, middle_)}),
                   DaneStatus::Verified, 2, selector, matching);
        }
    }
    expect(judged({&leaf_, &middle_, &root_}, {tlsa_of(2, 0, 1, root_)}), DaneStatus::Verified, 2,
           0, 1);
}

TEST_F(Dane, RefusesUsage2WhenTheTrustAnchorIsNotInTheChain) {
    EXPECT_EQ(judged({&leaf_}, {tlsa_of(2, 0, 1, middle_)}).status, DaneStatus::Mismatch);
    // The root is in the CA file, and that does not count (RFC 7672 §3.1.2).
    EXPECT_EQ(judged({&leaf_, &middle_}, {tlsa_of(2, 0, 1, root_)}).status, DaneStatus::Mismatch);
}

TEST_F(Dane, RefusesUsage2WithAWrongName) {
    const Identity stranger = issue({.dns_names = {"x.example"}, .issuer = &middle_});
    EXPECT_EQ(judged({&stranger, &middle_}, {tlsa_of(2, 0, 1, middle_)}).status,
              DaneStatus::Mismatch);
}

TEST_F(Dane, TakesAnyOfTheReferenceNamesForUsage2) {
    const Identity domain = issue({.dns_names = {"example.nl"}, .issuer = &middle_});
    EXPECT_EQ(judged({&domain, &middle_}, {tlsa_of(2, 0, 1, middle_)}).status,
              DaneStatus::Mismatch);
    names_.push_back(name("alias.example.nl"));
    names_.push_back(name("example.nl"));
    EXPECT_EQ(judged({&domain, &middle_}, {tlsa_of(2, 0, 1, middle_)}).status,
              DaneStatus::Verified);
}

TEST_F(Dane, ChecksTheDatesForUsage2) {
    const auto late = kNow + std::chrono::days(11);
    EXPECT_EQ(judged({&leaf_, &middle_}, {tlsa_of(2, 0, 1, middle_)}, late).status,
              DaneStatus::Mismatch);
    EXPECT_EQ(judged({&leaf_, &middle_}, {tlsa_of(3, 1, 1, leaf_)}, late).status,
              DaneStatus::Verified);
}

TEST_F(Dane, CallsUnusableWhatCannotBeUsed) {
    TlsaRecord short_digest = tlsa_of(3, 1, 1, leaf_);
    short_digest.data.pop_back();
    TlsaRecord long_digest = tlsa_of(3, 1, 1, leaf_);
    long_digest.data.push_back(0);
    TlsaRecord selector = tlsa_of(3, 1, 1, leaf_);
    selector.selector = 2;
    TlsaRecord matching = tlsa_of(3, 1, 1, leaf_);
    matching.matching = 3;
    TlsaRecord usage = tlsa_of(3, 1, 1, leaf_);
    usage.usage = 4;
    const TlsaRecord empty{3, 1, 1, {}};
    const TlsaRecord no_certificate{2, 0, 0, {1, 2, 3}};
    for (const TlsaRecord& record :
         {short_digest, long_digest, selector, matching, usage, empty, no_certificate,
          tlsa_of(0, 0, 1, root_), tlsa_of(1, 1, 1, leaf_)}) {
        const DaneFacts facts = judged({&leaf_, &middle_}, {record});
        EXPECT_EQ(facts.status, DaneStatus::Unusable)
            << int{record.usage} << int{record.selector} << int{record.matching};
        EXPECT_FALSE(facts.usage);
        // Beside a usable one it does not count.
        EXPECT_EQ(judged({&leaf_, &middle_}, {record, tlsa_of(3, 1, 1, leaf_)}).status,
                  DaneStatus::Verified);
        EXPECT_EQ(judged({&leaf_, &middle_}, {record, tlsa_of(3, 1, 1, other_)}).status,
                  DaneStatus::Mismatch);
    }
}

TEST_F(Dane, AcceptsAnyMatchingRecordDuringARollover) {
    expect(judged({&leaf_}, {tlsa_of(3, 1, 1, other_), tlsa_of(3, 1, 1, leaf_)}),
           DaneStatus::Verified, 3, 1, 1);
}

TEST_F(Dane, LooksAtTheStrongestDigestOnly) {
    // RFC 7671 §9: beside SHA-512 records of the same usage and selector SHA-256 ones do not count.
    EXPECT_EQ(judged({&leaf_}, {tlsa_of(3, 1, 1, leaf_), tlsa_of(3, 1, 2, other_)}).status,
              DaneStatus::Mismatch);
    EXPECT_EQ(judged({&leaf_}, {tlsa_of(3, 1, 1, other_), tlsa_of(3, 1, 2, leaf_)}).status,
              DaneStatus::Verified);
}

TEST_F(Dane, SaysNoneWithoutRecords) {
    EXPECT_EQ(judged({&leaf_, &middle_}, {}).status, DaneStatus::None);
}

TEST_F(Dane, KnowsWhatIsUnmetBeforeAnyCertificateWasSeen) {
    EXPECT_EQ(unmet({{}, names_}, tls_).status, DaneStatus::None);
    EXPECT_EQ(unmet({{tlsa_of(0, 0, 1, root_)}, names_}, tls_).status, DaneStatus::Unusable);
    EXPECT_EQ(unmet({{tlsa_of(3, 1, 1, leaf_)}, names_}, tls_).status, DaneStatus::Mismatch);
}

}  // namespace
}  // namespace smarttls::engine
