// SPDX-License-Identifier: Apache-2.0
//
// Facts for the tests of decisions: classes, verdicts and recipients in one line each.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policy/decision.h"

namespace smarttls::policy::test {

inline const std::vector<Level>& levels() {
    static const std::vector all{Level::Unknown,   Level::NoMail,    Level::Forbidden,
                                 Level::Plaintext, Level::Encrypted, Level::Pkix,
                                 Level::MtaSts,    Level::Dane};
    return all;
}

/// In order of strictness.
inline const std::vector<Floor>& floors() {
    static const std::vector all{Floor::Encrypted, Floor::Pkix, Floor::MtaSts, Floor::Dane};
    return all;
}

/// In order of strictness; the first takes any.
inline const std::vector<Grade>& grades() {
    static const std::vector all{Grade::Insufficient, Grade::PhaseOut, Grade::Sufficient, Grade::Good};
    return all;
}

inline const std::vector<Reason>& reasons() {
    static const std::vector all = [] {
        std::vector<Reason> values;
        for (int i = 0; i <= static_cast<int>(Reason::Downgrade); ++i) {
            values.push_back(static_cast<Reason>(i));
        }
        return values;
    }();
    return all;
}

inline MailClass mail_class(std::string name, Floor level, Shortfall insecure = Shortfall::Hold,
                            std::optional<Shortfall> plaintext = std::nullopt) {
    MailClass result;
    result.name = std::move(name);
    result.level = level;
    result.insecure = insecure;
    result.plaintext = plaintext;
    return result;
}

/// Every class that differs in what the decision looks at.
inline std::vector<MailClass> classes() {
    std::vector<MailClass> all;
    for (const Floor floor : floors()) {
        for (const Shortfall insecure : {Shortfall::Portal, Shortfall::Hold, Shortfall::Reject}) {
            for (const std::optional<Shortfall> plaintext :
                 {std::optional<Shortfall>{}, std::optional(Shortfall::Portal), std::optional(Shortfall::Hold),
                  std::optional(Shortfall::Reject)}) {
                all.push_back(mail_class("c" + std::to_string(all.size()), floor, insecure, plaintext));
            }
        }
    }
    return all;
}

/// A verdict with one host, mx.example.nl, of the same level and reasons.
inline Verdict verdict(Level level, std::vector<Reason> reasons = {}) {
    Verdict result;
    result.domain = "example.nl";
    result.level = level;
    result.reasons = reasons;
    HostVerdict host;
    host.name = "mx.example.nl";
    host.level = level;
    host.reasons = std::move(reasons);
    if (level == Level::Dane) host.dane.status = DaneStatus::Verified;
    if (level == Level::Forbidden) host.dane.status = DaneStatus::Mismatch;
    result.hosts.push_back(std::move(host));
    return result;
}

inline Recipient recipient(std::optional<Verdict> verdict) {
    Recipient result;
    result.address = "bob@example.nl";
    result.domain = DomainName::parse("example.nl").value();
    result.route = {RouteKind::Enforced, "smtp", "example.nl"};
    result.verdict = std::move(verdict);
    return result;
}

/// The host's key, an RSA-1024 one, decides the grade, when it is a weak one.
inline Verdict graded(Level level, Grade grade) {
    Verdict result = verdict(level);
    result.profile = "NCSC-NL 2025-05";
    result.grade = grade;
    result.hosts[0].grade = grade;
    if (grade != Grade::None && grade <= Grade::PhaseOut) {
        result.hosts[0].weak = {{Reason::WeakKey, grade, "rsa-1024"}};
        result.hosts[0].reasons.push_back(Reason::WeakKey);
    }
    return result;
}

inline Recipient recipient_at(Level level) { return recipient(verdict(level)); }

inline Recipient recipient_by(RouteKind kind, std::string transport, std::string next_hop) {
    Recipient result = recipient(std::nullopt);
    result.route = {kind, std::move(transport), std::move(next_hop)};
    return result;
}

inline Recipient recipient_without_domain() {
    Recipient result = recipient(std::nullopt);
    result.address = "bob@[192.0.2.1]";
    result.domain.reset();
    result.route = {RouteKind::Enforced, "smtp", "[192.0.2.1]"};
    return result;
}

}  // namespace smarttls::policy::test
