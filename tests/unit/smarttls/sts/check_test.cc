// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/check.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::HostVerdict;
using policy::Level;
using policy::Reason;
using policy::StsMode;
using Reasons = std::vector<Reason>;

HostVerdict host(Level level, Reasons reasons = {}, std::string name = "mx.example.nl") {
    HostVerdict verdict;
    verdict.name = std::move(name);
    verdict.level = level;
    verdict.reasons = std::move(reasons);
    if (level >= Level::Encrypted) {
        verdict.certificate.emplace();
        verdict.certificate->names = {verdict.name};
    }
    return verdict;
}

StsFinding finding(StsMode mode = StsMode::Enforce, StsStanding standing = StsStanding::Current) {
    StsFinding sts;
    sts.policy = policy::StsFacts{mode, "1", 86400, {"mx.example.nl", "*.example.net"}};
    sts.standing = standing;
    return sts;
}

struct Row {
    const char* what;
    HostVerdict before;
    Level level;
    Reasons reasons;
};

std::vector<Row> rows() {
    const Reasons expired{Reason::CertificateExpired};
    const Reasons no_starttls{Reason::StarttlsNotSupported};
    const Reasons tlsa{Reason::TlsaInvalid};
    const Reasons mismatch{Reason::StsMxMismatch};
    return {
        {"named, with a good certificate", host(Level::Pkix), Level::MtaSts, {}},
        {"named by a wildcard", host(Level::Pkix, {}, "a.example.net"), Level::MtaSts, {}},
        {"two labels below a wildcard", host(Level::Pkix, {}, "a.b.example.net"), Level::Forbidden,
         mismatch},
        {"not named", host(Level::Pkix, {}, "mx.evil.example"), Level::Forbidden, mismatch},
        {"no name at all", host(Level::Pkix, {}, "192.0.2.1"), Level::Forbidden, mismatch},
        {"bad certificate", host(Level::Encrypted, expired), Level::Forbidden, expired},
        {"not named, and a bad certificate",
         host(Level::Encrypted, expired, "x.nl"),
         Level::Forbidden,
         {Reason::StsMxMismatch, Reason::CertificateExpired}},
        {"no TLS", host(Level::Plaintext, no_starttls), Level::Forbidden, no_starttls},
        {"DANE", host(Level::Dane), Level::Dane, {}},
        {"DANE, not named: DANE decides alone", host(Level::Dane, {}, "x.nl"), Level::Dane, {}},
        {"failing DANE is not rescued", host(Level::Forbidden, tlsa), Level::Forbidden, tlsa},
        {"DANE that cannot be looked up is not rescued",
         host(Level::Unknown, {Reason::DnssecInvalid}),
         Level::Unknown,
         {Reason::DnssecInvalid}},
        {"nobody answered",
         host(Level::Unknown, {Reason::Timeout}, "x.nl"),
         Level::Unknown,
         {Reason::Timeout}},
    };
}

TEST(StsCheck, JudgesAHostUnderEnforce) {
    for (const Row& row : rows()) {
        HostVerdict verdict = row.before;
        check_sts(finding(), verdict);
        EXPECT_EQ(verdict.level, row.level) << row.what;
        EXPECT_EQ(verdict.reasons, row.reasons) << row.what;
    }
}

TEST(StsCheck, ChangesNothingWithoutAnEnforcePolicy) {
    for (const Row& row : rows()) {
        for (const StsFinding& sts :
             {StsFinding{}, finding(StsMode::Testing), finding(StsMode::None)}) {
            HostVerdict verdict = row.before;
            check_sts(sts, verdict);
            EXPECT_EQ(verdict.level, row.before.level) << row.what;
            EXPECT_EQ(verdict.reasons, row.before.reasons) << row.what;
        }
    }
}

TEST(StsCheck, ForbidsNothingByAPolicyThatMayBeOutdated) {
    for (const Row& row : rows()) {
        HostVerdict verdict = row.before;
        check_sts(finding(StsMode::Enforce, StsStanding::Unsure), verdict);
        const bool by_sts = row.level == Level::Forbidden && row.before.level != Level::Forbidden;
        EXPECT_EQ(verdict.level, by_sts ? Level::Unknown : row.level) << row.what;
        EXPECT_EQ(verdict.reasons, row.reasons) << row.what;
    }
}

TEST(StsCheck, ShowsTheFirstPatternsOfALongPolicy) {
    StsFinding sts = finding();
    EXPECT_EQ(shown(sts.policy)->mx.size(), 2U);
    sts.policy->mx.resize(3000, "x.example");
    ASSERT_EQ(shown(sts.policy)->mx.size(), 32U);
    EXPECT_EQ(shown(sts.policy)->mx.front(), "mx.example.nl");
    EXPECT_FALSE(shown(std::nullopt));
}

TEST(StsCheck, DoesNotTakeTheCommonNameForADnsId) {
    HostVerdict verdict = host(Level::Pkix);
    verdict.certificate->names.clear();
    check_sts(finding(), verdict);
    EXPECT_EQ(verdict.level, Level::Forbidden);
    EXPECT_EQ(verdict.reasons, Reasons{Reason::CertificateHostMismatch});
}

}  // namespace
}  // namespace smarttls::engine
