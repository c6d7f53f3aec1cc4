// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_protection.h"

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

/// "ok RFC 7672 §3.1.1".
std::string state_of(const Verdict& verdict, std::string_view name) {
    for (const Protection& one : protections(verdict)) {
        if (one.name == name) return std::string(to_string(one.state)) + " " + one.clause;
    }
    return "not there";
}

Verdict with_dane(Verdict verdict, DaneStatus status) {
    verdict.mx_secure = true;
    verdict.hosts[0].dane.status = status;
    return verdict;
}

Verdict with_sts(Verdict verdict, StsMode mode) {
    verdict.sts = policy::StsFacts{mode, "1", 86400, {"mx.example.nl"}};
    return verdict;
}

Verdict with_weak(Reason reason, Grade grade) {
    auto verdict = test::verdict(Level::Pkix, {reason});
    verdict.hosts[0].weak = {{reason, grade, "rsa-1024", 0}};
    return verdict;
}

TEST(CheckProtectionTest, EachStateHasAWordAndASignOfItsOwn) {
    std::string signs;
    for (const State state :
         {State::Ok, State::Weak, State::Failed, State::Absent, State::Unknown}) {
        EXPECT_EQ(signs.find(sign_of(state)), std::string::npos);
        signs += sign_of(state);
        EXPECT_FALSE(to_string(state).empty());
    }
}

TEST(CheckProtectionTest, AllFiveAreToldInTheirOrder) {
    std::string names;
    for (const Protection& one : protections(test::verdict(Level::Dane))) {
        names += std::string(one.name) + " ";
        EXPECT_FALSE(one.fact.empty());
    }
    EXPECT_EQ(names, "DNSSEC DANE MTA-STS TLS Certificate ");
}

TEST(CheckProtectionTest, Dnssec) {
    EXPECT_EQ(state_of(test::verdict(Level::Dane), "DNSSEC"), "ok RFC 4035 §5");
    EXPECT_EQ(state_of(test::verdict(Level::Pkix), "DNSSEC"), "absent RFC 7672 §2.2.1");
    EXPECT_EQ(state_of(with_dane(test::verdict(Level::Pkix), DaneStatus::Insecure), "DNSSEC"),
              "weak RFC 7672 §2.2.2");
    EXPECT_EQ(state_of(test::verdict(Level::Unknown, {Reason::DnssecInvalid}), "DNSSEC"),
              "failed RFC 4035 §5");
    auto silent = test::verdict(Level::Unknown, {Reason::Timeout});
    silent.hosts.clear();
    EXPECT_EQ(state_of(silent, "DNSSEC"), "unknown ");
}

TEST(CheckProtectionTest, Dane) {
    EXPECT_EQ(state_of(test::verdict(Level::Dane), "DANE"), "ok RFC 7672 §3.1.1");
    auto authority = test::verdict(Level::Dane);
    authority.hosts[0].dane.usage = 2;
    EXPECT_EQ(state_of(authority, "DANE"), "ok RFC 7672 §3.1.2");
    EXPECT_EQ(state_of(with_dane(test::verdict(Level::Forbidden), DaneStatus::Mismatch), "DANE"),
              "failed RFC 7672 §3.2");
    EXPECT_EQ(state_of(with_dane(test::verdict(Level::Unknown), DaneStatus::Bogus), "DANE"),
              "failed RFC 7672 §2.1.2");
    EXPECT_EQ(state_of(with_dane(test::verdict(Level::Pkix), DaneStatus::Unusable), "DANE"),
              "weak RFC 7672 §3.1.3");
    EXPECT_EQ(state_of(with_dane(test::verdict(Level::Pkix), DaneStatus::Insecure), "DANE"),
              "absent RFC 7672 §2.2.2");
    EXPECT_EQ(state_of(test::verdict(Level::Pkix), "DANE"), "absent RFC 7672 §2.2");
    EXPECT_EQ(state_of(test::verdict(Level::Forbidden, {Reason::StarttlsNotSupported}), "DANE"),
              "failed RFC 7672 §2.2");
    EXPECT_EQ(state_of(test::verdict(Level::Unknown, {Reason::Busy}), "DANE"), "unknown ");
    EXPECT_EQ(state_of(test::verdict(Level::NoMail, {Reason::NullMx}), "DANE"), "absent RFC 7505 §3");
}

TEST(CheckProtectionTest, MatchingTlsaBehindAnUnsignedMxOrBesideAnotherHostIsWeak) {
    auto verdict = test::verdict(Level::Dane);
    verdict.mx_secure = false;
    EXPECT_EQ(state_of(verdict, "DANE"), "weak RFC 7672 §2.2.1");
    verdict.mx_secure = true;
    verdict.hosts.push_back(test::host("mx2.example.nl", Level::Pkix));
    EXPECT_EQ(state_of(verdict, "DANE"), "weak RFC 7672 §2.2.1");
}

TEST(CheckProtectionTest, MtaSts) {
    EXPECT_EQ(state_of(with_sts(test::verdict(Level::MtaSts), StsMode::Enforce), "MTA-STS"),
              "ok RFC 8461 §4, §5");
    EXPECT_EQ(state_of(with_sts(test::verdict(Level::Dane), StsMode::Enforce), "MTA-STS"),
              "ok RFC 8461 §2");
    EXPECT_EQ(state_of(with_sts(test::verdict(Level::Pkix), StsMode::Testing), "MTA-STS"),
              "weak RFC 8461 §5");
    EXPECT_EQ(state_of(with_sts(test::verdict(Level::Pkix), StsMode::None), "MTA-STS"),
              "absent RFC 8461 §5");
    EXPECT_EQ(state_of(test::verdict(Level::Pkix), "MTA-STS"), "absent RFC 8461 §3.1");
    EXPECT_EQ(state_of(test::verdict(Level::Pkix, {Reason::StsPolicyFetchError}), "MTA-STS"),
              "failed RFC 8461 §3.3");
    EXPECT_EQ(state_of(with_sts(test::verdict(Level::Forbidden, {Reason::StsMxMismatch}), StsMode::Enforce), "MTA-STS"),
              "failed RFC 8461 §4.1");
    EXPECT_EQ(state_of(with_sts(test::verdict(Level::Forbidden, {Reason::CertificateExpired}), StsMode::Enforce), "MTA-STS"),
              "failed RFC 8461 §4.2, §5");
}

TEST(CheckProtectionTest, Tls) {
    EXPECT_EQ(state_of(test::verdict(Level::Pkix), "TLS"), "ok NCSC-NL 2025-05 §3.3.1");
    EXPECT_EQ(state_of(test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported}), "TLS"),
              "failed RFC 3207 §4");
    EXPECT_EQ(state_of(with_weak(Reason::WeakCipher, Grade::PhaseOut), "TLS"),
              "weak NCSC-NL 2025-05 §3.3.4");
    EXPECT_EQ(state_of(with_weak(Reason::WeakGroup, Grade::Insufficient), "TLS"),
              "failed NCSC-NL 2025-05 §3.3.3");
    auto lax = test::verdict(Level::Plaintext, {Reason::OldProtocol});
    lax.hosts[0].tls = policy::TlsFacts{"TLSv1.1", "ECDHE-RSA-AES256-SHA", "", true};
    lax.hosts[0].weak = {{Reason::OldProtocol, Grade::Insufficient, "TLSv1.1", 0}};
    lax.hosts[0].certificate = policy::CertificateFacts{};
    EXPECT_EQ(state_of(lax, "TLS"), "failed NCSC-NL 2025-05 §3.3.1");
    EXPECT_EQ(state_of(lax, "Certificate"), "unknown ");
}

TEST(CheckProtectionTest, Certificate) {
    EXPECT_EQ(state_of(test::verdict(Level::Pkix), "Certificate"), "ok RFC 6125 §6");
    EXPECT_EQ(state_of(test::verdict(Level::Dane), "Certificate"), "ok RFC 7672 §3.1.1");
    EXPECT_EQ(state_of(test::verdict(Level::Encrypted, {Reason::CertificateExpired}), "Certificate"),
              "failed RFC 5280 §6.1.3");
    EXPECT_EQ(state_of(with_weak(Reason::WeakKey, Grade::PhaseOut), "Certificate"),
              "weak NCSC-NL 2025-05 §3.3.2");
    EXPECT_EQ(state_of(test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported}), "Certificate"),
              "absent ");
    EXPECT_EQ(state_of(test::verdict(Level::Unknown, {Reason::Busy}), "Certificate"), "unknown ");
}

TEST(CheckProtectionTest, Nta7516WhereItWasLookedUp) {
    Verdict verdict = test::verdict(Level::Dane);
    EXPECT_EQ(state_of(verdict, "NTA 7516"), "not there");
    const std::pair<std::optional<Reason>, std::string> rows[] = {
        {std::nullopt, "ok"},
        {Reason::NtaMissing, "absent"},
        {Reason::NtaInsecure, "weak"},
        {Reason::NtaExpired, "failed"},
        {Reason::NtaNotYetValid, "failed"},
        {Reason::NtaInvalid, "failed"},
        {Reason::DnsFailure, "unknown"},
    };
    for (const auto& [why, state] : rows) {
        verdict.nta7516 = policy::NtaFacts{why, {}, "Post", "2024-01", "2027-12", {}};
        EXPECT_EQ(state_of(verdict, "NTA 7516"), state + " NTA 7516 DNS record");
    }
    verdict.nta7516->why.reset();
    EXPECT_EQ(protections(verdict).back().fact,
              "a valid record of provider Post, from 2024-01 to 2027-12");
}

TEST(CheckProtectionTest, NumbersOfOtherGuidelinesAreNotInvented) {
    auto verdict = with_weak(Reason::WeakKey, Grade::PhaseOut);
    verdict.profile = "Our own";
    EXPECT_EQ(state_of(verdict, "Certificate"), "weak Our own");
}

}  // namespace
}  // namespace smarttls::portal
