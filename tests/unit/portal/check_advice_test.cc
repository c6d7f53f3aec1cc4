// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_advice.h"

#include <gtest/gtest.h>

#include "tests/unit/portal/check_facts.h"

namespace smarttls::portal {
namespace {

using policy::DaneStatus;
using policy::Grade;
using policy::Level;
using policy::Reason;
using policy::StsMode;
using policy::Verdict;
using Steps = std::vector<std::string>;

const std::string kSign = "sign the zone example.nl with DNSSEC";
const std::string kTlsa =
    "publish _25._tcp.mx.example.nl TLSA 3 1 1 with the SHA-256 digest of its public key";
const std::string kStarttls = "offer STARTTLS with TLS 1.2 or newer on mx.example.nl";

Steps steps_to(const Verdict& verdict, const std::string& goal) {
    for (const Advice& one : advise(verdict)) {
        if (one.goal == goal) return one.steps;
    }
    return {"no such goal"};
}

Steps goals(const Verdict& verdict) {
    Steps all;
    for (const Advice& one : advise(verdict)) all.push_back(one.goal);
    return all;
}

Verdict with_sts(Verdict verdict, StsMode mode) {
    verdict.sts = policy::StsFacts{mode, "1", 86400, {"mx.example.nl"}};
    return verdict;
}

TEST(CheckAdviceTest, EachLevelHasTheNextAndDaneBehindIt) {
    EXPECT_EQ(goals(test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported})),
              (Steps{"level encrypted", "level dane"}));
    EXPECT_EQ(goals(test::verdict(Level::Encrypted, {Reason::CertificateExpired})),
              (Steps{"level pkix", "level dane"}));
    EXPECT_EQ(goals(test::verdict(Level::Pkix)), (Steps{"level mta-sts", "level dane"}));
    EXPECT_EQ(goals(test::verdict(Level::MtaSts)), Steps{"level dane"});
    EXPECT_EQ(goals(test::verdict(Level::Dane)), Steps{});
    EXPECT_EQ(goals(test::verdict(Level::NoMail, {Reason::NullMx})), Steps{});
    EXPECT_EQ(goals(test::verdict(Level::Unknown, {Reason::Busy})), Steps{"to be examined"});
    EXPECT_EQ(goals(with_sts(test::verdict(Level::Forbidden, {Reason::StsMxMismatch}), StsMode::Enforce)),
              Steps{"to be delivered to at all"});
}

TEST(CheckAdviceTest, PlaintextNeedsStarttlsOrANewerVersion) {
    const auto none = test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported});
    EXPECT_EQ(steps_to(none, "level encrypted"), Steps{kStarttls});
    auto old = test::verdict(Level::Plaintext, {Reason::OldProtocol});
    old.hosts[0].tls = policy::TlsFacts{"TLSv1", "ECDHE-RSA-AES256-SHA", "", true};
    EXPECT_EQ(steps_to(old, "level encrypted"),
              Steps{"offer TLS 1.2 or newer with ECDHE and AES-GCM or ChaCha20 on mx.example.nl"});
    old.grade = old.hosts[0].grade = Grade::Insufficient;
    old.hosts[0].weak = {{Reason::OldProtocol, Grade::Insufficient, "TLSv1", 0},
                         {Reason::WeakKey, Grade::PhaseOut, "rsa-2048", 0}};
    EXPECT_EQ(steps_to(old, "level encrypted"),
              Steps{"offer TLS 1.3, or at least 1.2, on mx.example.nl instead of TLSv1"});
    EXPECT_EQ(goals(old), (Steps{"level encrypted", "level dane"}));
}

TEST(CheckAdviceTest, EncryptedNeedsACertificateThatIsValid) {
    struct Row {
        Reason reason;
        std::string step;
    };
    const std::vector<Row> table{
        {Reason::CertificateExpired,
         "replace the certificate of mx.example.nl that expired on 2027-01-22"},
        {Reason::CertificateNotYetValid,
         "give mx.example.nl a certificate that is valid today; its own begins on 2026-10-24"},
        {Reason::CertificateSelfSigned, "have the certificate of mx.example.nl signed by a publicly "
                                        "trusted authority; it is self-signed"},
        {Reason::CertificateMissingIssuer, "have mx.example.nl send the intermediate certificate "
                                           "CN=R11,O=Let's Encrypt,C=US behind its own"},
        {Reason::CertificateUnknownRoot, "give mx.example.nl a certificate from a publicly trusted "
                                         "authority, not from CN=R11,O=Let's Encrypt,C=US"},
        {Reason::CertificateHostMismatch,
         "give mx.example.nl a certificate with that name; its own has mx.example.nl"},
    };
    for (const auto& [reason, step] : table) {
        EXPECT_EQ(steps_to(test::verdict(Level::Encrypted, {reason}), "level pkix"), Steps{step});
    }
}

TEST(CheckAdviceTest, OnlyTheHostsThatLackSomethingHaveSomethingToDo) {
    auto two = test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported});
    two.mx_secure = true;
    two.hosts.push_back(test::host("mx2.example.nl", Level::Dane));
    EXPECT_EQ(steps_to(two, "level encrypted"), Steps{kStarttls});
    EXPECT_EQ(steps_to(two, "level dane"), (Steps{kStarttls, kTlsa}));
}

TEST(CheckAdviceTest, MtaStsIsPublishedOrMended) {
    EXPECT_EQ(steps_to(test::verdict(Level::Pkix), "level mta-sts"),
              Steps{"publish an MTA-STS policy in mode enforce (mx: mx.example.nl) at "
                    "https://mta-sts.example.nl/.well-known/mta-sts.txt, and the record "
                    "_mta-sts.example.nl TXT \"v=STSv1; id=1;\""});
    EXPECT_EQ(steps_to(with_sts(test::verdict(Level::Pkix), StsMode::Testing), "level mta-sts").back(),
              "change its mode from testing to enforce, and the id of _mta-sts.example.nl");
    for (const auto& [reason, word] :
         {std::pair(Reason::StsWebpkiInvalid, "certificate"),
          std::pair(Reason::StsPolicyFetchError, "status 200"), std::pair(Reason::StsPolicyInvalid, "mend")}) {
        const Steps steps = steps_to(test::verdict(Level::Pkix, {reason}), "level mta-sts");
        ASSERT_EQ(steps.size(), 1U);
        EXPECT_NE(steps[0].find(word), std::string::npos) << steps[0];
    }
}

TEST(CheckAdviceTest, DaneNeedsSignedZonesAndRecords) {
    auto verdict = test::verdict(Level::MtaSts);
    EXPECT_EQ(steps_to(verdict, "level dane"), (Steps{kSign, kTlsa}));
    verdict.mx_secure = true;
    EXPECT_EQ(steps_to(verdict, "level dane"), Steps{kTlsa});
    verdict.hosts[0] = test::host("mx.provider.example", Level::MtaSts);
    verdict.hosts[0].dane.status = DaneStatus::Insecure;
    EXPECT_EQ(steps_to(verdict, "level dane").front(),
              "sign the zone in which mx.provider.example lies with DNSSEC");
}

TEST(CheckAdviceTest, AForbiddenDomainHasToKeepItsOwnWord) {
    auto mismatch = test::verdict(Level::Forbidden, {Reason::TlsaInvalid});
    mismatch.hosts[0].dane.status = DaneStatus::Mismatch;
    EXPECT_EQ(steps_to(mismatch, "to be delivered to at all"),
              Steps{"publish _25._tcp.mx.example.nl TLSA 3 1 1 for the key that it has now, and remove "
                    "records that match no key"});
    const auto unnamed =
        with_sts(test::verdict(Level::Forbidden, {Reason::StsMxMismatch}), StsMode::Enforce);
    EXPECT_EQ(steps_to(unnamed, "to be delivered to at all"),
              Steps{"add \"mx: mx.example.nl\" to the MTA-STS policy of example.nl, or take "
                    "mx.example.nl out of its MX records"});
    const auto plain = with_sts(test::verdict(Level::Forbidden, {Reason::StarttlsNotSupported}), StsMode::Enforce);
    EXPECT_EQ(steps_to(plain, "to be delivered to at all"), Steps{kStarttls});
}

TEST(CheckAdviceTest, AWeakPartHasItsRemedyAndGoesToTheNextGrade) {
    auto verdict = test::verdict(Level::Dane, {Reason::WeakKey});
    verdict.grade = verdict.hosts[0].grade = Grade::PhaseOut;
    verdict.hosts[0].weak = {{Reason::WeakKey, Grade::PhaseOut, "rsa-2048", 0}};
    EXPECT_EQ(steps_to(verdict, "grade sufficient"),
              Steps{"replace the certificate of mx.example.nl, which has rsa-2048, by one with an ECDSA "
                    "key on secp256r1 or an RSA key of 3072 bits"});
    verdict.grade = Grade::Insufficient;
    verdict.hosts[0].weak.insert(verdict.hosts[0].weak.begin(),
                                 {Reason::WeakCipher, Grade::Insufficient, "AES128-SHA", 0});
    EXPECT_EQ(steps_to(verdict, "grade phase-out"),
              Steps{"prefer TLS 1.3, or ECDHE with AES-GCM or ChaCha20, on mx.example.nl to AES128-SHA"});
}

TEST(CheckAdviceTest, WhatIsUnknownIsMendedOrAskedAgain) {
    EXPECT_EQ(steps_to(test::verdict(Level::Unknown, {Reason::Timeout}), "to be examined"),
              Steps{"ask again later; what could not be examined is not insecure"});
    EXPECT_NE(steps_to(test::verdict(Level::Unknown, {Reason::DnssecInvalid}), "to be examined")[0]
                  .find("mend the DNSSEC of example.nl"),
              std::string::npos);
}

}  // namespace
}  // namespace smarttls::portal
