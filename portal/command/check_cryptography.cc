// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_cryptography.h"

#include <array>
#include <optional>

#include "policy/explanation.h"
#include "policy/grade_explanation.h"

namespace smarttls::portal {
namespace {

using policy::DaneStatus;
using policy::Grade;
using policy::HostVerdict;
using policy::Level;
using policy::Reason;
using policy::Verdict;
using policy::Weakness;

constexpr std::string_view kTls = "TLS";
constexpr std::string_view kCertificate = "Certificate";

bool is_of_certificate(Reason reason) {
    return reason == Reason::WeakKey || reason == Reason::WeakSignature;
}

struct Found {
    const HostVerdict* host = nullptr;
    const Weakness* weak = nullptr;
};

/// The worst weakness of the session, or of the certificates.
Found worst(const Verdict& verdict, bool of_certificate) {
    Found found;
    for (const HostVerdict& host : verdict.hosts) {
        for (const Weakness& weak : host.weak) {
            if (is_of_certificate(weak.reason) != of_certificate) continue;
            if (found.weak == nullptr || weak.grade < found.weak->grade) found = {&host, &weak};
        }
    }
    return found;
}

Protection weakness(std::string_view name, const Verdict& verdict, const Found& found) {
    const bool failed = found.weak->grade == Grade::Insufficient;
    return {name, failed ? State::Failed : State::Weak,
            found.host->name + " " + policy::phrase(*found.weak) + " (" +
                std::string(to_string(found.weak->grade)) + ")",
            grading_clause(verdict, found.weak->reason)};
}

/// What a handshake that the floors do not have showed.
Protection no_handshake(const Verdict& verdict, const HostVerdict& host) {
    const bool told = host.tls && !host.weak.empty();
    return {kTls, State::Failed,
            host.name + " " +
                (told ? policy::phrase(host.weak.front())
                      : std::string(policy::phrase(Reason::ValidationFailure))),
            told ? grading_clause(verdict, host.weak.front().reason) : "RFC 7672 §2.2, RFC 8461 §4.2"};
}

std::optional<Protection> certificate_defect(const Verdict& verdict) {
    struct Row {
        Reason reason;
        std::string_view clause;
    };
    constexpr auto kRows = std::to_array<Row>({{Reason::CertificateSelfSigned, "RFC 5280 §6.1"},
                             {Reason::CertificateUnknownRoot, "RFC 5280 §6.1"},
                             {Reason::CertificateMissingIssuer, "RFC 8446 §4.4.2"},
                             {Reason::CertificateExpired, "RFC 5280 §6.1.3"},
                             {Reason::CertificateNotYetValid, "RFC 5280 §6.1.3"},
                             {Reason::CertificateHostMismatch, "RFC 6125 §6"},
                             {Reason::CertificateNotTrusted, "RFC 5280 §6.1"}});
    for (const HostVerdict& host : verdict.hosts) {
        for (const Row& row : kRows) {
            if (!has_reason(host, row.reason)) continue;
            return Protection{kCertificate, State::Failed,
                              host.name + " " + std::string(policy::phrase(row.reason)),
                              std::string(row.clause)};
        }
    }
    return std::nullopt;
}

}  // namespace

Protection tls_protection(const Verdict& verdict) {
    struct Row {
        Reason reason;
        std::string_view clause;
    };
    constexpr auto kRows = std::to_array<Row>({{Reason::StarttlsNotSupported, "RFC 3207 §4"},
                             {Reason::StarttlsRefused, "RFC 3207 §4"},
                             {Reason::StarttlsInjection, "RFC 3207 §4.2"}});
    for (const Row& row : kRows) {
        const auto* host =
            first_host(verdict, [&](const HostVerdict& one) { return has_reason(one, row.reason); });
        if (host == nullptr) continue;
        return {kTls, State::Failed, host->name + " " + std::string(policy::phrase(row.reason)),
                std::string(row.clause)};
    }
    const auto* failed = first_host(verdict, [](const HostVerdict& host) {
        return has_reason(host, Reason::ValidationFailure) || (host.tls && host.tls->lax);
    });
    if (failed != nullptr) return no_handshake(verdict, *failed);
    if (const Found found = worst(verdict, false); found.weak != nullptr) {
        return weakness(kTls, verdict, found);
    }
    const auto* host = first_host(verdict, [](const HostVerdict& one) { return one.tls.has_value(); });
    if (host == nullptr) return not_examined(kTls, verdict);
    const std::string group = host->tls->group.empty() ? "" : ", " + host->tls->group;
    return {kTls, State::Ok, host->tls->protocol + ", " + host->tls->suite + group,
            grading_clause(verdict, Reason::OldProtocol)};
}

Protection certificate_protection(const Verdict& verdict) {
    if (auto defect = certificate_defect(verdict)) return *defect;
    if (const Found found = worst(verdict, true); found.weak != nullptr) {
        return weakness(kCertificate, verdict, found);
    }
    const auto* host =
        first_host(verdict, [](const HostVerdict& one) { return one.certificate.has_value(); });
    if (host == nullptr) {
        const bool plain = verdict.level == Level::Plaintext;
        if (plain) return {kCertificate, State::Absent, "without TLS there is none", ""};
        return not_examined(kCertificate, verdict);
    }
    if (host->level == Level::Plaintext) {
        return {kCertificate, State::Unknown, "not judged without a handshake as delivery has it", ""};
    }
    if (host->dane.status == DaneStatus::Verified && host->dane.usage == 3) {
        return {kCertificate, State::Ok, "the TLSA record vouches for it, not its name or dates",
                "RFC 7672 §3.1.1"};
    }
    if (host->dane.status == DaneStatus::Mismatch) {
        return {kCertificate, State::Failed, "not the one that the TLSA records name",
                "RFC 7672 §3.2"};
    }
    return {kCertificate, State::Ok, "valid, for the name of the mail server", "RFC 6125 §6"};
}

std::string grading_clause(const Verdict& verdict, Reason reason) {
    if (verdict.profile != "NCSC-NL 2025-05") return verdict.profile;
    switch (reason) {
        case Reason::WeakKey: return verdict.profile + " §3.3.2";
        case Reason::WeakGroup: return verdict.profile + " §3.3.3";
        case Reason::WeakCipher: return verdict.profile + " §3.3.4";
        case Reason::WeakSignature: return verdict.profile + " §3.3.5";
        default: return verdict.profile + " §3.3.1";
    }
}

}  // namespace smarttls::portal
