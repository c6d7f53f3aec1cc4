// SPDX-License-Identifier: Apache-2.0
#include "smarttls/judge.h"

#include <gtest/gtest.h>

#include <optional>

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::HostVerdict;
using policy::Level;
using policy::MxScope;
using policy::Reason;
using Reasons = std::vector<Reason>;

constexpr auto kTls = SessionOutcome::Tls;
constexpr auto kNoTls = SessionOutcome::NoTls;
constexpr auto kUnknown = SessionOutcome::Unknown;
constexpr auto kSecure = MxTrust::Secure;
constexpr auto kInsecure = MxTrust::Insecure;

SessionFacts session(SessionOutcome outcome, Reasons reasons, DaneStatus dane, Reasons pkix) {
    SessionFacts facts;
    facts.outcome = outcome;
    facts.reasons = std::move(reasons);
    facts.dane.status = dane;
    facts.pkix = std::move(pkix);
    return facts;
}

struct HostCase {
    const char* about;
    MxTrust trust;
    TlsaState tlsa;
    SessionFacts facts;
    Level level;
    Reasons reasons;
    DaneStatus dane;
};

std::vector<HostCase> host_cases() {
    using enum DaneStatus;
    const Reasons self{Reason::CertificateSelfSigned};
    const Reasons no_starttls{Reason::StarttlsNotSupported};
    const Reasons refused{Reason::StarttlsRefused};
    const Reasons injected{Reason::StarttlsInjection};
    const Reasons failed{Reason::ValidationFailure};
    const Reasons busy{Reason::Busy};
    const Reasons tlsa{Reason::TlsaInvalid};
    const auto present = TlsaState::Present;
    const auto absent = TlsaState::Absent;
    const auto insecure = TlsaState::Insecure;
    // clang-format off: one row per rule
    return {
        {"DANE", kSecure, present, session(kTls, {}, Verified, {}), Level::Dane, {}, Verified},
        {"DANE, self-signed",
         kSecure,
         present,
         session(kTls, {}, Verified, self),
         Level::Dane,
         {},
         Verified},
        {"DANE behind insecure MX, good CA",
         kInsecure,
         present,
         session(kTls, {}, Verified, {}),
         Level::Pkix,
         {},
         Verified},
        {"DANE behind insecure MX", kInsecure, present, session(kTls, {}, Verified, self),
         Level::Encrypted, self, Verified},
        {"mismatch", kSecure, present, session(kTls, {}, Mismatch, {}), Level::Forbidden, tlsa,
         Mismatch},
        {"mismatch, insecure MX", kInsecure, present, session(kTls, {}, Mismatch, {}),
         Level::Forbidden, tlsa, Mismatch},
        {"TLSA, never compared", kSecure, present, session(kTls, {}, None, {}), Level::Forbidden,
         tlsa, None},
        {"TLSA, no STARTTLS", kSecure, present, session(kNoTls, no_starttls, Mismatch, {}),
         Level::Forbidden, no_starttls, Mismatch},
        {"TLSA, no STARTTLS, insecure MX", kInsecure, present,
         session(kNoTls, no_starttls, Mismatch, {}), Level::Forbidden, no_starttls, Mismatch},
        {"TLSA, STARTTLS refused", kSecure, present, session(kNoTls, refused, Mismatch, {}),
         Level::Forbidden, refused, Mismatch},
        {"TLSA, handshake fails", kSecure, present, session(kNoTls, failed, Mismatch, {}),
         Level::Forbidden, failed, Mismatch},
        {"TLSA, injection", kSecure, present, session(kNoTls, injected, Mismatch, {}),
         Level::Forbidden, injected, Mismatch},
        {"TLSA, busy", kSecure, present, session(kUnknown, busy, Mismatch, {}), Level::Unknown,
         busy, Unchecked},
        {"unusable, good CA",
         kSecure,
         present,
         session(kTls, {}, Unusable, {}),
         Level::Pkix,
         {},
         Unusable},
        {"unusable", kSecure, present, session(kTls, {}, Unusable, self), Level::Encrypted, self,
         Unusable},
        {"unusable, no STARTTLS", kSecure, present, session(kNoTls, no_starttls, Unusable, {}),
         Level::Forbidden, no_starttls, Unusable},
        {"good CA", kSecure, absent, session(kTls, {}, None, {}), Level::Pkix, {}, None},
        {"self-signed", kSecure, absent, session(kTls, {}, None, self), Level::Encrypted, self,
         None},
        {"no STARTTLS", kSecure, absent, session(kNoTls, no_starttls, None, {}), Level::Plaintext,
         no_starttls, None},
        {"injection", kSecure, absent, session(kNoTls, injected, None, {}), Level::Plaintext,
         injected, None},
        {"handshake fails", kSecure, absent, session(kNoTls, failed, None, {}), Level::Plaintext,
         failed, None},
        {"unsigned, good CA",
         kInsecure,
         insecure,
         session(kTls, {}, None, {}),
         Level::Pkix,
         {},
         Insecure},
        {"unsigned, no STARTTLS", kInsecure, insecure, session(kNoTls, no_starttls, None, {}),
         Level::Plaintext, no_starttls, Insecure},
        {"busy", kInsecure, insecure, session(kUnknown, busy, None, {}), Level::Unknown, busy,
         Insecure},
    };
    // clang-format on
}

TEST(JudgeHost, FollowsTheTable) {
    for (const HostCase& one : host_cases()) {
        const Judgement judged = judge_host(one.trust, one.tlsa, one.facts);
        EXPECT_EQ(judged.level, one.level) << one.about;
        EXPECT_EQ(judged.reasons, one.reasons) << one.about;
        EXPECT_EQ(judged.dane.status, one.dane) << one.about;
    }
}

TEST(JudgeHost, GivesDaneOnlyForAVerifiedRecordBehindASecureMx) {
    for (const MxTrust trust : {kSecure, kInsecure}) {
        for (const TlsaState tlsa : {TlsaState::Present, TlsaState::Absent, TlsaState::Insecure,
                                     TlsaState::Bogus, TlsaState::Failed}) {
            for (const DaneStatus dane : {DaneStatus::Verified, DaneStatus::Mismatch,
                                          DaneStatus::Unusable, DaneStatus::None}) {
                for (const SessionOutcome outcome : {kTls, kNoTls, kUnknown}) {
                    const auto judged =
                        judge_host(trust, tlsa, session(outcome, {Reason::Busy}, dane, {}));
                    const bool may = trust == kSecure && tlsa == TlsaState::Present &&
                                     dane == DaneStatus::Verified && outcome == kTls;
                    EXPECT_EQ(judged.level == Level::Dane, may);
                }
            }
        }
    }
}

HostRoute route_to_address() {
    HostRoute route;
    route.name = policy::DomainName::parse("mx.example.nl").value();
    route.addresses.status = DnsStatus::Secure;
    route.addresses.outcome = DnsOutcome::Records;
    route.addresses.records = {policy::IpAddress::parse("192.0.2.1").value()};
    route.tlsa.state = TlsaState::Absent;
    return route;
}

TEST(JudgeHost, CallsDaneUncheckedWhileNobodyAnswered) {
    SessionFacts silent;
    silent.outcome = SessionOutcome::Unknown;
    silent.reasons = {Reason::Timeout};
    EXPECT_EQ(judge_host(kSecure, TlsaState::Present, silent).dane.status, DaneStatus::Unchecked);
    EXPECT_EQ(judge_host(kSecure, TlsaState::Absent, silent).dane.status, DaneStatus::None);
    EXPECT_EQ(judge_host(kSecure, TlsaState::Insecure, silent).dane.status, DaneStatus::Insecure);
}

TEST(EndAt, StopsBeforeAConnectionWhereTheMxNamesNoHost) {
    HostRoute route = route_to_address();
    EXPECT_FALSE(end_at(route));
    route.name.reset();
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::NoAddress});
}

TEST(EndAt, StopsBeforeAConnectionWhereDnsFails) {
    HostRoute route = route_to_address();
    route.addresses.records.clear();
    route.addresses.status = DnsStatus::Bogus;
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::DnssecInvalid});
    EXPECT_EQ(end_at(route)->dane.status, DaneStatus::Bogus);
    route.addresses.status = DnsStatus::Failed;
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::DnsFailure});
    route.addresses.timed_out = true;
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::Timeout});
    route.addresses.status = DnsStatus::Secure;
    route.addresses.outcome = DnsOutcome::NoData;
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::NoAddress});
}

TEST(EndAt, StopsBeforeAConnectionWhereTheTlsaLookUpFails) {
    HostRoute route = route_to_address();
    route.tlsa.state = TlsaState::Bogus;
    EXPECT_EQ(end_at(route)->level, Level::Unknown);
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::DnssecInvalid});
    EXPECT_EQ(end_at(route)->dane.status, DaneStatus::Bogus);
    route.tlsa.state = TlsaState::Failed;
    EXPECT_EQ(end_at(route)->reasons, Reasons{Reason::DnsFailure});
    EXPECT_EQ(end_at(route)->dane.status, DaneStatus::Unchecked);
    for (const TlsaState state : {TlsaState::Present, TlsaState::Absent, TlsaState::Insecure}) {
        route.tlsa.state = state;
        EXPECT_FALSE(end_at(route));
    }
}

HostVerdict host(std::uint16_t preference, Level level, Reasons reasons = {}) {
    HostVerdict verdict;
    verdict.preference = preference;
    verdict.level = level;
    verdict.reasons = std::move(reasons);
    return verdict;
}

TEST(JudgeDomain, FollowsTheTable) {
    const auto dane = host(10, Level::Dane);
    const auto pkix = host(20, Level::Pkix);
    const auto plain = host(20, Level::Plaintext, {Reason::StarttlsNotSupported});
    const auto best_plain = host(10, Level::Plaintext, {Reason::StarttlsNotSupported});
    const auto forbidden = host(10, Level::Forbidden, {Reason::TlsaInvalid});
    const auto unknown = host(10, Level::Unknown, {Reason::Timeout});
    const auto busy = host(10, Level::Unknown, {Reason::Busy});
    const struct {
        const char* about;
        std::vector<HostVerdict> hosts;
        MxScope scope;
        Level level;
        Reasons reasons;
    } rows[] = {
        // clang-format off: one row per rule
        {"one", {dane}, MxScope::All, Level::Dane, {}},
        {"the weakest", {dane, pkix}, MxScope::All, Level::Pkix, {}},
        {"the weakest of all",
         {dane, plain},
         MxScope::All,
         Level::Plaintext,
         {Reason::StarttlsNotSupported}},
        {"the best alone", {dane, plain}, MxScope::Best, Level::Dane, {}},
        {"the weakest of the best",
         {dane, best_plain},
         MxScope::Best,
         Level::Plaintext,
         {Reason::StarttlsNotSupported}},
        {"unknown left out", {unknown, pkix}, MxScope::All, Level::Pkix, {}},
        {"forbidden left out", {forbidden, pkix}, MxScope::All, Level::Pkix, {}},
        {"both left out",
         {forbidden, unknown, plain},
         MxScope::All,
         Level::Plaintext,
         {Reason::StarttlsNotSupported}},
        {"never on to the next preference",
         {unknown, pkix},
         MxScope::Best,
         Level::Unknown,
         {Reason::Timeout}},
        {"forbidden best",
         {forbidden, pkix},
         MxScope::Best,
         Level::Forbidden,
         {Reason::TlsaInvalid}},
        {"only forbidden",
         {forbidden, forbidden},
         MxScope::All,
         Level::Forbidden,
         {Reason::TlsaInvalid}},
        {"forbidden or unknown",
         {forbidden, unknown},
         MxScope::All,
         Level::Unknown,
         {Reason::Timeout}},
        {"unknown for two reasons",
         {unknown, busy, unknown},
         MxScope::All,
         Level::Unknown,
         {Reason::Timeout, Reason::Busy}},
        {"nobody", {}, MxScope::All, Level::Unknown, {}},
        // clang-format on
    };
    for (const auto& row : rows) {
        const DomainJudgement judged = judge_domain(row.hosts, row.scope);
        EXPECT_EQ(judged.level, row.level) << row.about;
        EXPECT_EQ(judged.reasons, row.reasons) << row.about;
    }
}

HostVerdict graded(std::uint16_t preference, Level level, policy::Grade grade,
                   std::optional<Reason> weak = std::nullopt) {
    HostVerdict result = host(preference, level);
    result.grade = grade;
    if (weak) {
        result.weak = {{*weak, grade, "x"}};
        result.reasons.push_back(*weak);
    }
    return result;
}

TEST(JudgeDomain, TakesTheWorstGradeOfTheHostsThatMailCanEndAt) {
    using enum policy::Grade;
    const auto weak_key = Reason::WeakKey;
    const auto weak_cipher = Reason::WeakCipher;
    const struct {
        const char* about;
        std::vector<HostVerdict> hosts;
        MxScope scope;
        policy::Grade grade;
        Reasons reasons;
    } rows[] = {
        {"one host", {graded(10, Level::Dane, Good)}, MxScope::All, Good, {}},
        {"the worst of two, though of the better level",
         {graded(10, Level::Pkix, Sufficient), graded(20, Level::Dane, PhaseOut, weak_key)},
         MxScope::All, PhaseOut, {weak_key}},
        {"reasons of the level first",
         {graded(10, Level::Pkix, PhaseOut, weak_key), graded(20, Level::Dane, Insufficient, weak_cipher)},
         MxScope::All, Insufficient, {weak_key, weak_cipher}},
        {"the best preference alone",
         {graded(10, Level::Dane, Good), graded(20, Level::Dane, Insufficient, weak_key)},
         MxScope::Best, Good, {}},
        {"a host that is not known says nothing",
         {graded(10, Level::Dane, Sufficient), graded(20, Level::Unknown, None)},
         MxScope::All, Sufficient, {}},
        {"a forbidden host is never delivered to",
         {graded(10, Level::Dane, Sufficient), graded(20, Level::Forbidden, Insufficient, weak_key)},
         MxScope::All, Sufficient, {}},
        {"no TLS, no grade", {graded(10, Level::Plaintext, None)}, MxScope::All, None, {}},
        {"nothing is known", {graded(10, Level::Unknown, None)}, MxScope::All, None, {}},
    };
    for (const auto& row : rows) {
        const DomainJudgement judged = judge_domain(row.hosts, row.scope);
        EXPECT_EQ(judged.grade, row.grade) << row.about;
        EXPECT_EQ(judged.reasons, row.reasons) << row.about;
    }
}

}  // namespace
}  // namespace smarttls::engine
