// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_protection.h"

#include <array>
#include <algorithm>
#include <optional>

#include "portal/command/check_cryptography.h"

namespace smarttls::portal {
namespace {

using policy::DaneStatus;
using policy::HostVerdict;
using policy::Level;
using policy::Reason;
using policy::StsMode;
using policy::Verdict;

constexpr std::string_view kDnssec = "DNSSEC";
constexpr std::string_view kDane = "DANE";
constexpr std::string_view kSts = "MTA-STS";

const HostVerdict* host_with(const Verdict& verdict, DaneStatus status) {
    return first_host(verdict, [&](const HostVerdict& host) { return host.dane.status == status; });
}

Protection dnssec(const Verdict& verdict) {
    const HostVerdict* bogus = host_with(verdict, DaneStatus::Bogus);
    if (bogus != nullptr || has_reason(verdict, Reason::DnssecInvalid)) {
        const std::string& name = bogus != nullptr ? bogus->name : verdict.domain;
        return {kDnssec, State::Failed, "the signatures of " + name + " do not verify",
                "RFC 4035 §5"};
    }
    if (verdict.mx_secure) {
        const HostVerdict* open = host_with(verdict, DaneStatus::Insecure);
        const bool without_mx = verdict.domain.starts_with('[');
        const std::string records = without_mx ? "no MX records are looked up"
                                               : "the MX records are signed";
        if (open == nullptr) return {kDnssec, State::Ok, records, "RFC 4035 §5"};
        return {kDnssec, State::Weak,
                "the MX records are signed, the addresses of " + open->name + " are not",
                "RFC 7672 §2.2.2"};
    }
    if (verdict.hosts.empty() && verdict.level == Level::Unknown) {
        return {kDnssec, State::Unknown, "the DNS gave no answer", ""};
    }
    return {kDnssec, State::Absent, "the MX records are not signed", "RFC 7672 §2.2.1"};
}

std::string tlsa_name(const policy::DaneFacts& dane) {
    if (!dane.usage || !dane.selector || !dane.matching) return "a TLSA record";
    return "TLSA " + std::to_string(*dane.usage) + " " + std::to_string(*dane.selector) + " " +
           std::to_string(*dane.matching);
}

std::optional<Protection> broken_dane(const Verdict& verdict) {
    if (const auto* host = host_with(verdict, DaneStatus::Mismatch)) {
        return Protection{kDane, State::Failed, "no TLSA record of " + host->name + " matches",
                          "RFC 7672 §3.2"};
    }
    if (const auto* host = host_with(verdict, DaneStatus::Bogus)) {
        return Protection{kDane, State::Failed, "the answers about " + host->name + " are forged",
                          "RFC 7672 §2.1.2"};
    }
    const auto* naked = first_host(verdict, [](const HostVerdict& host) {
        return host.level == Level::Forbidden && has_reason(host, Reason::StarttlsNotSupported) &&
               !has_reason(host, Reason::StsMxMismatch);
    });
    const bool by_sts = verdict.sts && verdict.sts->mode == StsMode::Enforce;
    if (naked == nullptr || by_sts) return std::nullopt;
    return Protection{kDane, State::Failed,
                      naked->name + " has TLSA records, which promise TLS, and offers none",
                      "RFC 7672 §2.2"};
}

Protection verified_dane(const Verdict& verdict, const HostVerdict& host) {
    const auto* other = first_host(verdict, [](const HostVerdict& one) {
        return one.dane.status != DaneStatus::Verified && policy::is_ranked(one.level);
    });
    if (!verdict.mx_secure) {
        return {kDane, State::Weak,
                tlsa_name(host.dane) + " matches, but unsigned MX records lead to " + host.name,
                "RFC 7672 §2.2.1"};
    }
    if (other != nullptr) {
        return {kDane, State::Weak,
                tlsa_name(host.dane) + " matches on " + host.name + ", but " + other->name +
                    " has none that does",
                "RFC 7672 §2.2.1"};
    }
    const bool end_entity = host.dane.usage == 3;
    return {kDane, State::Ok, tlsa_name(host.dane) + " matches",
            end_entity ? "RFC 7672 §3.1.1" : "RFC 7672 §3.1.2"};
}

Protection dane(const Verdict& verdict) {
    if (auto broken = broken_dane(verdict)) return *broken;
    if (const auto* host = host_with(verdict, DaneStatus::Verified)) {
        return verified_dane(verdict, *host);
    }
    const auto* known =
        first_host(verdict, [](const HostVerdict& host) { return host.level != Level::Unknown; });
    if (known == nullptr) return not_examined(kDane, verdict);
    if (const auto* host = host_with(verdict, DaneStatus::Unusable)) {
        return {kDane, State::Weak,
                "no TLSA record of " + host->name + " is of a kind that mail servers use",
                "RFC 7672 §3.1.3"};
    }
    const auto* unchecked = first_host(verdict, [](const HostVerdict& host) {
        return host.dane.status == DaneStatus::Unchecked;
    });
    if (unchecked != nullptr) {
        return {kDane, State::Unknown, unchecked->name + " has TLSA records that nobody compared",
                "RFC 7672 §3.2"};
    }
    if (host_with(verdict, DaneStatus::Insecure) != nullptr) {
        return {kDane, State::Absent, "without DNSSEC for the mail servers TLSA records do not count",
                "RFC 7672 §2.2.2"};
    }
    return {kDane, State::Absent, "no TLSA records", "RFC 7672 §2.2"};
}

std::optional<Protection> broken_sts(const Verdict& verdict) {
    struct Row {
        Reason reason;
        std::string_view fact;
        std::string_view clause;
    };
    constexpr auto kRows = std::to_array<Row>({
        {Reason::StsWebpkiInvalid, "the certificate of its policy host is not valid", "RFC 8461 §3.3"},
        {Reason::StsPolicyInvalid, "its record or policy breaks the grammar", "RFC 8461 §3.1, §3.2"},
        {Reason::StsPolicyFetchError, "its policy could not be fetched", "RFC 8461 §3.3"}});
    for (const Row& row : kRows) {
        if (!has_reason(verdict, row.reason)) continue;
        return Protection{kSts, State::Failed, std::string(row.fact), std::string(row.clause)};
    }
    return std::nullopt;
}

Protection enforced_sts(const Verdict& verdict) {
    const auto* stranger = first_host(
        verdict, [](const HostVerdict& host) { return has_reason(host, Reason::StsMxMismatch); });
    if (stranger != nullptr) {
        return {kSts, State::Failed, "mode enforce, which does not name " + stranger->name,
                "RFC 8461 §4.1"};
    }
    const auto* bad = first_host(
        verdict, [](const HostVerdict& host) { return host.level == Level::Forbidden; });
    const bool by_dane = bad != nullptr && bad->dane.status == DaneStatus::Mismatch;
    if (bad != nullptr && !by_dane) {
        return {kSts, State::Failed, "mode enforce, which " + bad->name + " does not meet",
                "RFC 8461 §4.2, §5"};
    }
    if (verdict.level == Level::Dane || by_dane) {
        return {kSts, State::Ok, "mode enforce; DANE is asked first", "RFC 8461 §2"};
    }
    if (verdict.level == Level::Unknown) {
        return {kSts, State::Unknown, "mode enforce; whether the servers meet it is not known",
                "RFC 8461 §5"};
    }
    const bool met = policy::is_ranked(verdict.level) && verdict.level >= Level::MtaSts;
    if (met) return {kSts, State::Ok, "mode enforce names all mail servers", "RFC 8461 §4, §5"};
    return {kSts, State::Weak, "mode enforce, which not every mail server meets", "RFC 8461 §5"};
}

Protection sts(const Verdict& verdict) {
    if (auto broken = broken_sts(verdict)) return *broken;
    if (!verdict.sts) {
        if (verdict.hosts.empty()) return not_examined(kSts, verdict);
        return {kSts, State::Absent, "no policy is published", "RFC 8461 §3.1"};
    }
    switch (verdict.sts->mode) {
        case StsMode::Testing:
            return {kSts, State::Weak, "mode testing, which obliges nobody", "RFC 8461 §5"};
        case StsMode::None:
            return {kSts, State::Absent, "the domain says that it has no policy", "RFC 8461 §5"};
        case StsMode::Enforce:
            break;
    }
    return enforced_sts(verdict);
}

std::string of_whom_and_when(const policy::NtaFacts& record) {
    std::string text;
    if (!record.provider.empty()) text += " of provider " + record.provider;
    if (!record.start.empty()) text += ", from " + record.start;
    if (!record.end.empty()) text += " to " + record.end;
    return text;
}

Protection nta7516(const policy::NtaFacts& record) {
    constexpr std::string_view kName = "NTA 7516";
    constexpr const char* kClause = "NTA 7516 DNS record";
    if (policy::is_valid(record)) {
        return {kName, State::Ok, "a valid record" + of_whom_and_when(record), kClause};
    }
    if (!policy::is_known(record)) {
        return {kName, State::Unknown, "the look-up of its record failed", kClause};
    }
    switch (*record.why) {
        case Reason::NtaMissing: return {kName, State::Absent, "no record is published", kClause};
        case Reason::NtaInsecure:
            return {kName, State::Weak, "a record that DNSSEC does not prove", kClause};
        case Reason::NtaExpired:
            return {kName, State::Failed, "an expired record" + of_whom_and_when(record), kClause};
        case Reason::NtaNotYetValid:
            return {kName, State::Failed, "a record of a later month" + of_whom_and_when(record),
                    kClause};
        default: break;
    }
    const std::string mistake = record.mistake.empty() ? "" : ": " + record.mistake;
    return {kName, State::Failed, "a record that breaks its grammar" + mistake, kClause};
}

}  // namespace

std::string_view to_string(State state) {
    switch (state) {
        case State::Ok: return "ok";
        case State::Weak: return "weak";
        case State::Failed: return "failed";
        case State::Absent: return "absent";
        case State::Unknown: return "unknown";
    }
    return "unknown";
}

char sign_of(State state) {
    switch (state) {
        case State::Ok: return '+';
        case State::Weak: return '!';
        case State::Failed: return 'x';
        case State::Absent: return '-';
        case State::Unknown: return '?';
    }
    return '?';
}

bool has_reason(const HostVerdict& host, Reason reason) {
    return std::find(host.reasons.begin(), host.reasons.end(), reason) != host.reasons.end();
}

bool has_reason(const Verdict& verdict, Reason reason) {
    const auto& reasons = verdict.reasons;
    if (std::find(reasons.begin(), reasons.end(), reason) != reasons.end()) return true;
    return first_host(verdict, [&](const HostVerdict& host) { return has_reason(host, reason); }) != nullptr;
}

Protection not_examined(std::string_view name, const Verdict& verdict) {
    if (verdict.level == Level::NoMail) {
        return {name, State::Absent, "the domain takes no mail", "RFC 7505 §3"};
    }
    return {name, State::Unknown, "no mail server could be examined", ""};
}

std::vector<Protection> protections(const Verdict& verdict) {
    std::vector<Protection> all{dnssec(verdict), dane(verdict), sts(verdict),
                                tls_protection(verdict), certificate_protection(verdict)};
    if (verdict.nta7516) all.push_back(nta7516(*verdict.nta7516));
    return all;
}

}  // namespace smarttls::portal
