// SPDX-License-Identifier: Apache-2.0
#include "smarttls/judge.h"

#include <algorithm>

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::Grade;
using policy::HostVerdict;
using policy::Level;
using policy::Reason;

Reason reason_of_failure(bool timed_out) {
    return timed_out ? Reason::Timeout : Reason::DnsFailure;
}

/// TLS works. Whether it is Pkix or merely Encrypted is for the certificate to say.
Judgement by_certificate(const SessionFacts& session, policy::DaneFacts dane) {
    return {session.pkix.empty() ? Level::Pkix : Level::Encrypted, session.pkix, dane};
}

/// Behind a secure TLSA RRset.
Judgement under_dane(MxTrust trust, const SessionFacts& session) {
    // RFC 7672 §2.2.3: secure TLSA records promise STARTTLS, usable or not. Without TLS somebody
    // strips it, or the domain breaks its own promise: no delivery either way.
    if (session.outcome == SessionOutcome::NoTls) {
        return {Level::Forbidden, session.reasons, session.dane};
    }
    // §2.2.3: none usable. TLS is mandatory, authentication impossible; the certificate may still
    // be good for PKIX, which takes nothing from anybody.
    if (session.dane.status == DaneStatus::Unusable) return by_certificate(session, session.dane);
    // §3.2: usable records must authenticate; nothing rescues, also not behind an insecure MX
    // (§2.2.1: the host's own policy is no weaker because the way to the host is).
    if (session.dane.status != DaneStatus::Verified) {
        return {Level::Forbidden, {Reason::TlsaInvalid}, session.dane};
    }
    // §2.2.1: who forges an insecure MX leads to a host with a DANE of his own. The host is
    // authenticated, the domain is not: it must not be recorded as secure delivery to the domain.
    if (trust == MxTrust::Insecure) return by_certificate(session, session.dane);
    return {Level::Dane, {}, session.dane};
}

Judgement unknown_host(Reason reason) {
    return {Level::Unknown, {reason}, {DaneStatus::Unchecked, {}, {}, {}}};
}

Judgement bogus_host() {
    Judgement judgement = unknown_host(Reason::DnssecInvalid);
    judgement.dane.status = DaneStatus::Bogus;
    return judgement;
}

std::optional<Judgement> end_at(const AddressAnswer& addresses) {
    if (addresses.status == DnsStatus::Bogus) return bogus_host();
    if (addresses.status == DnsStatus::Failed) {
        return unknown_host(reason_of_failure(addresses.timed_out));
    }
    if (addresses.records.empty()) return unknown_host(Reason::NoAddress);
    return std::nullopt;
}

/// RFC 7672 §2.1.2: who can suppress the TLSA answer must not win opportunistic TLS by it.
std::optional<Judgement> end_at(const TlsaFinding& tlsa) {
    if (tlsa.state == TlsaState::Bogus) return bogus_host();
    if (tlsa.state != TlsaState::Failed) return std::nullopt;
    return unknown_host(reason_of_failure(tlsa.timed_out));
}

/// `level` with the reasons of all hosts that have it.
DomainJudgement at_level(Level level, const std::vector<const HostVerdict*>& hosts) {
    DomainJudgement judgement;
    judgement.level = level;
    for (const HostVerdict* host : hosts) {
        if (host->level == level) add_new(judgement.reasons, host->reasons);
    }
    return judgement;
}

std::vector<const HostVerdict*> in_scope(const std::vector<HostVerdict>& hosts,
                                         policy::MxScope scope) {
    std::uint16_t best = UINT16_MAX;
    for (const HostVerdict& host : hosts) best = std::min(best, host.preference);
    std::vector<const HostVerdict*> chosen;
    for (const HostVerdict& host : hosts) {
        if (scope == policy::MxScope::All || host.preference == best) chosen.push_back(&host);
    }
    return chosen;
}

bool any_at(Level level, const std::vector<const HostVerdict*>& hosts) {
    return std::any_of(hosts.begin(), hosts.end(),
                       [level](const HostVerdict* host) { return host->level == level; });
}

/// Mail can end at any ranked host: the worst grade counts, and what makes it so. A host without
/// TLS has no grade; its level says enough.
void add_grade(DomainJudgement& judgement, const std::vector<const HostVerdict*>& hosts) {
    for (const HostVerdict* host : hosts) {
        if (!is_ranked(host->level) || host->grade == Grade::None) continue;
        if (judgement.grade == Grade::None || host->grade < judgement.grade) {
            judgement.grade = host->grade;
        }
    }
    for (const HostVerdict* host : hosts) {
        if (!is_ranked(host->level) || host->grade != judgement.grade) continue;
        for (const policy::Weakness& weak : host->weak) add_new(judgement.reasons, {weak.reason});
    }
}

}  // namespace

void add_new(std::vector<Reason>& reasons, const std::vector<Reason>& more) {
    for (const Reason reason : more) {
        if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
            reasons.push_back(reason);
        }
    }
}

std::optional<Judgement> end_at(const HostRoute& route) {
    if (!route.name) return unknown_host(Reason::NoAddress);
    if (auto end = end_at(route.addresses)) return end;
    return end_at(route.tlsa);
}

Judgement judge_host(MxTrust trust, TlsaState tlsa, const SessionFacts& session) {
    policy::DaneFacts dane;
    if (tlsa == TlsaState::Insecure) dane.status = DaneStatus::Insecure;
    if (tlsa == TlsaState::Present) dane.status = DaneStatus::Unchecked;  // until a server answers
    // Nobody answered, or not now: that says nothing about TLS (design §2.3), DANE or not.
    if (session.outcome == SessionOutcome::Unknown) return {Level::Unknown, session.reasons, dane};
    if (tlsa == TlsaState::Present) return under_dane(trust, session);
    // RFC 7672 §2.2.1: without DANE, opportunistic TLS, in which a missing STARTTLS is just so.
    if (session.outcome == SessionOutcome::NoTls) return {Level::Plaintext, session.reasons, dane};
    return by_certificate(session, dane);
}

DomainJudgement judge_domain(const std::vector<HostVerdict>& hosts, policy::MxScope scope) {
    const std::vector<const HostVerdict*> chosen = in_scope(hosts, scope);
    // A sender gives up a host that it cannot reach or must not use, and goes on to the next
    // (RFC 5321 §5.1, RFC 7672 §2.2): mail can end at any of the others, so the weakest counts.
    // Who blocks the strong ones gains nothing: the weak one decided before.
    Level weakest = Level::Unknown;
    for (const HostVerdict* host : chosen) {
        if (!is_ranked(host->level)) continue;
        if (weakest == Level::Unknown || host->level < weakest) weakest = host->level;
    }
    if (weakest != Level::Unknown) {
        DomainJudgement judgement = at_level(weakest, chosen);
        add_grade(judgement, chosen);
        return judgement;
    }
    // Forbidden is a verdict on the domain only when no host is left that might yet be good.
    const bool waits = any_at(Level::Unknown, chosen);
    if (!waits && any_at(Level::Forbidden, chosen)) return at_level(Level::Forbidden, chosen);
    return at_level(Level::Unknown, chosen);
}

}  // namespace smarttls::engine
