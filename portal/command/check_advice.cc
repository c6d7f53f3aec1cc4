// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_advice.h"

#include <algorithm>

#include "policy/text.h"
#include "portal/command/check_protection.h"
#include "smarttls/timestamp.h"

namespace smarttls::portal {
namespace {

using policy::CertificateFacts;
using policy::DaneStatus;
using policy::Grade;
using policy::HostVerdict;
using policy::Level;
using policy::Reason;
using policy::StsMode;
using policy::Verdict;

using Steps = std::vector<std::string>;

void add(Steps& steps, std::string step) {
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) steps.push_back(std::move(step));
}

std::string day_of(policy::WallTime time) {
    return engine::format_time(time).substr(0, std::string_view("2026-11-23").size());
}

/// Of the zone, without port and brackets of a next hop.
std::string zone_of(const Verdict& verdict) {
    std::string zone = verdict.domain.substr(0, verdict.domain.find("]:"));
    if (zone.starts_with('[')) zone.erase(0, 1);
    if (zone.ends_with(']')) zone.pop_back();
    return zone;
}

std::string names_of(const CertificateFacts& certificate) {
    constexpr std::size_t kMost = 3;
    const std::size_t count = std::min(certificate.names.size(), kMost);
    Steps names(certificate.names.begin(),
                certificate.names.begin() + static_cast<std::ptrdiff_t>(count));
    if (names.empty()) return "no name";
    return policy::join(names, ", ") + (certificate.names.size() > kMost ? ", ..." : "");
}

/// The certificate that the host needs to be trusted by its name (RFC 7672 §3.2.3, RFC 8461 §4.2).
std::string certificate_step(const HostVerdict& host, Reason reason) {
    const CertificateFacts facts = host.certificate.value_or(CertificateFacts{});
    switch (reason) {
        case Reason::CertificateExpired:
            return "replace the certificate of " + host.name + " that expired on " +
                   day_of(facts.not_after);
        case Reason::CertificateNotYetValid:
            return "give " + host.name + " a certificate that is valid today; its own begins on " +
                   day_of(facts.not_before);
        case Reason::CertificateSelfSigned:
            return "have the certificate of " + host.name +
                   " signed by a publicly trusted authority; it is self-signed";
        case Reason::CertificateMissingIssuer:
            return "have " + host.name + " send the intermediate certificate " + facts.issuer +
                   " behind its own";
        case Reason::CertificateUnknownRoot:
        case Reason::CertificateNotTrusted:
            return "give " + host.name + " a certificate from a publicly trusted authority, not from " +
                   facts.issuer;
        case Reason::CertificateHostMismatch:
            return "give " + host.name + " a certificate with that name; its own has " +
                   names_of(facts);
        default:
            return {};
    }
}

std::string grade_step(const HostVerdict& host, const policy::Weakness& weak) {
    if (weak.reason == Reason::WeakKey || weak.reason == Reason::WeakSignature) {
        const bool own = weak.depth == 0;
        const std::string whose = own ? "the certificate of " + host.name
                                      : "the intermediate certificate that " + host.name + " sends";
        const bool key = weak.reason == Reason::WeakKey;
        return "replace " + whose + ", which has " + weak.what + ", by one with " +
               (key ? "an ECDSA key on secp256r1 or an RSA key of 3072 bits" : "a SHA-256 signature");
    }
    switch (weak.reason) {
        case Reason::OldProtocol:
            return "offer TLS 1.3, or at least 1.2, on " + host.name + " instead of " + weak.what;
        case Reason::WeakGroup:
            return "prefer the key exchange x25519 or secp256r1 on " + host.name + " to " + weak.what;
        default:
            return "prefer TLS 1.3, or ECDHE with AES-GCM or ChaCha20, on " + host.name + " to " +
                   weak.what;
    }
}

/// Why the floors' handshake fails: what a laxer one showed to be worst.
void add_handshake_steps(Steps& steps, const HostVerdict& host) {
    const std::size_t before = steps.size();
    for (const policy::Weakness& weak : host.weak) {
        if (weak.grade == host.grade) add(steps, grade_step(host, weak));
    }
    if (steps.size() > before) return;
    add(steps, "offer TLS 1.2 or newer with ECDHE and AES-GCM or ChaCha20 on " + host.name);
}

/// What a host lacks to be encrypted, and then to be trusted.
void add_tls_steps(Steps& steps, const HostVerdict& host, bool with_certificate) {
    if (host.level == Level::Unknown) return;
    for (const Reason reason : host.reasons) {
        if (reason == Reason::StarttlsNotSupported || reason == Reason::StarttlsRefused) {
            add(steps, "offer STARTTLS with TLS 1.2 or newer on " + host.name);
        } else if (reason == Reason::StarttlsInjection) {
            add(steps, "have " + host.name + " forget what it was sent before TLS began (RFC 3207 §4.2)");
        } else if (reason == Reason::ValidationFailure || (host.tls && host.tls->lax)) {
            add_handshake_steps(steps, host);
        } else if (const std::string step = certificate_step(host, reason);
                   with_certificate && !step.empty()) {
            add(steps, step);
        }
    }
}

Steps tls_steps(const Verdict& verdict, bool with_certificate) {
    Steps steps;
    for (const HostVerdict& host : verdict.hosts) {
        const Level goal = with_certificate ? Level::Pkix : Level::Encrypted;
        if (policy::is_ranked(host.level) && host.level >= goal) continue;
        add_tls_steps(steps, host, with_certificate);
    }
    return steps;
}

std::string publish_policy(const Verdict& verdict) {
    Steps names;
    for (const HostVerdict& host : verdict.hosts) names.push_back("mx: " + host.name);
    const std::string zone = zone_of(verdict);
    return "publish an MTA-STS policy in mode enforce (" + policy::join(names, ", ") +
           ") at https://mta-sts." + zone + "/.well-known/mta-sts.txt, and the record _mta-sts." +
           zone + " TXT \"v=STSv1; id=1;\"";
}

Steps sts_steps(const Verdict& verdict) {
    const std::string host = "mta-sts." + zone_of(verdict);
    if (has_reason(verdict, Reason::StsWebpkiInvalid)) {
        return {"give " + host + " a certificate with that name from a publicly trusted authority"};
    }
    if (has_reason(verdict, Reason::StsPolicyFetchError)) {
        return {"have https://" + host + "/.well-known/mta-sts.txt answer with status 200, at once, "
                "without a redirect, as text/plain"};
    }
    if (has_reason(verdict, Reason::StsPolicyInvalid)) {
        return {"mend the MTA-STS record (exactly one) and policy of " + zone_of(verdict) +
                " (RFC 8461 §3.1, §3.2)"};
    }
    if (!verdict.sts || verdict.sts->mode == StsMode::None) return {publish_policy(verdict)};
    Steps steps;
    for (const HostVerdict& one : verdict.hosts) {
        if (!has_reason(one, Reason::StsMxMismatch)) continue;
        add(steps, "add \"mx: " + one.name + "\" to the MTA-STS policy of " + zone_of(verdict) +
                       ", or take " + one.name + " out of its MX records");
    }
    if (verdict.sts->mode == StsMode::Testing) {
        for (const HostVerdict& one : verdict.hosts) {
            add(steps, "see that the MTA-STS policy names " + one.name);
        }
        add(steps, "change its mode from testing to enforce, and the id of _mta-sts." +
                       zone_of(verdict));
    }
    return steps;
}

Steps dane_steps(const Verdict& verdict) {
    Steps steps = tls_steps(verdict, false);
    if (!verdict.mx_secure) add(steps, "sign the zone " + zone_of(verdict) + " with DNSSEC");
    for (const HostVerdict& host : verdict.hosts) {
        const DaneStatus status = host.dane.status;
        if (status == DaneStatus::Verified || host.level == Level::Unknown) continue;
        const bool other_zone = host.name != zone_of(verdict) &&
                                !host.name.ends_with("." + zone_of(verdict));
        if (status == DaneStatus::Insecure && (verdict.mx_secure || other_zone)) {
            add(steps, "sign the zone in which " + host.name + " lies with DNSSEC");
        }
        add(steps, "publish _25._tcp." + host.name +
                       " TLSA 3 1 1 with the SHA-256 digest of its public key");
    }
    return steps;
}

Steps forbidden_steps(const Verdict& verdict) {
    Steps steps;
    const bool enforced = verdict.sts && verdict.sts->mode == StsMode::Enforce;
    for (const HostVerdict& host : verdict.hosts) {
        if (host.level != Level::Forbidden) continue;
        if (host.dane.status == DaneStatus::Mismatch) {
            add(steps, "publish _25._tcp." + host.name +
                           " TLSA 3 1 1 for the key that it has now, and remove records that match no key");
            continue;
        }
        add_tls_steps(steps, host, enforced);
    }
    if (enforced) {
        for (std::string& step : sts_steps(verdict)) add(steps, std::move(step));
    }
    return steps;
}

Steps unknown_steps(const Verdict& verdict) {
    Steps steps;
    if (has_reason(verdict, Reason::DnssecInvalid)) {
        add(steps, "mend the DNSSEC of " + zone_of(verdict) +
                       " (DS and DNSKEY that fit, signatures that have not expired)");
    }
    if (has_reason(verdict, Reason::NoAddress)) add(steps, "give its mail servers addresses");
    if (has_reason(verdict, Reason::AddressNotAllowed)) {
        add(steps, "give its mail servers public addresses, or name their network in allow-network "
                   "if it is your own");
    }
    if (steps.empty()) add(steps, "ask again later; what could not be examined is not insecure");
    return steps;
}

/// What stands between a host and the next grade; Good and Sufficient name no weakness.
Steps grade_steps(const Verdict& verdict) {
    Steps steps;
    for (const HostVerdict& host : verdict.hosts) {
        if (host.level <= Level::Plaintext) continue;  // its level has steps of its own
        for (const policy::Weakness& weak : host.weak) {
            if (weak.grade <= verdict.grade) add(steps, grade_step(host, weak));
        }
    }
    return steps;
}

void add_goal(std::vector<Advice>& advice, std::string goal, Steps steps) {
    if (!steps.empty()) advice.push_back({std::move(goal), std::move(steps)});
}

void add_level_goals(std::vector<Advice>& advice, const Verdict& verdict) {
    const std::string next =
        "level " + std::string(to_string(static_cast<Level>(static_cast<int>(verdict.level) + 1)));
    if (verdict.level == Level::Plaintext) add_goal(advice, next, tls_steps(verdict, false));
    if (verdict.level == Level::Encrypted) add_goal(advice, next, tls_steps(verdict, true));
    if (verdict.level == Level::Pkix) add_goal(advice, next, sts_steps(verdict));
    if (verdict.level != Level::Dane) add_goal(advice, "level dane", dane_steps(verdict));
}

}  // namespace

std::vector<Advice> advise(const Verdict& verdict) {
    std::vector<Advice> advice;
    if (verdict.level == Level::NoMail) return advice;
    if (verdict.level == Level::Unknown) {
        add_goal(advice, "to be examined", unknown_steps(verdict));
        return advice;
    }
    if (verdict.level == Level::Forbidden) {
        add_goal(advice, "to be delivered to at all", forbidden_steps(verdict));
        return advice;
    }
    add_level_goals(advice, verdict);
    const bool better = verdict.grade == Grade::Insufficient || verdict.grade == Grade::PhaseOut;
    if (better) {
        const auto next = static_cast<Grade>(static_cast<int>(verdict.grade) + 1);
        add_goal(advice, "grade " + std::string(to_string(next)), grade_steps(verdict));
    }
    return advice;
}

}  // namespace smarttls::portal
