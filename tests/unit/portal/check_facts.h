// SPDX-License-Identifier: Apache-2.0
//
// Verdicts for the tests of "smarttls check": one host, mx.example.nl, with session and certificate.
#pragma once

#include "policy/verdict.h"

namespace smarttls::portal::test {

inline const policy::WallTime kNow{std::chrono::seconds(1'795'420'800)};  // 2026-11-23 08:00:00 UTC

inline policy::HostVerdict host(std::string name, policy::Level level,
                                std::vector<policy::Reason> reasons = {}) {
    using std::chrono_literals::operator""h;
    policy::HostVerdict host;
    host.name = std::move(name);
    host.preference = 10;
    host.addresses = {"192.0.2.1", "2001:db8::1"};
    host.level = level;
    host.reasons = std::move(reasons);
    if (!policy::is_ranked(level) || level == policy::Level::Plaintext) return host;
    host.grade = policy::Grade::Sufficient;
    host.tls = policy::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519"};
    policy::CertificateFacts facts;
    facts.subject = "CN=" + host.name;
    facts.issuer = "CN=R11,O=Let's Encrypt,C=US";
    facts.names = {host.name};
    facts.not_before = kNow - 24h * 30;
    facts.not_after = kNow + 24h * 60;
    facts.key = "ecdsa-256";
    facts.signature = "sha256";
    host.certificate = facts;
    if (level == policy::Level::Dane) host.dane = {policy::DaneStatus::Verified, 3, 1, 1};
    return host;
}

inline policy::Verdict verdict(policy::Level level, std::vector<policy::Reason> reasons = {}) {
    policy::Verdict verdict;
    verdict.domain = "example.nl";
    verdict.level = level;
    verdict.reasons = reasons;
    verdict.profile = "NCSC-NL 2025-05";
    verdict.checked = kNow - std::chrono::minutes(5);
    verdict.expires = kNow + std::chrono::minutes(55);
    verdict.mx_secure = level == policy::Level::Dane;
    if (level != policy::Level::NoMail) {
        verdict.hosts = {host("mx.example.nl", level, std::move(reasons))};
        verdict.grade = verdict.hosts[0].grade;
    }
    return verdict;
}

}  // namespace smarttls::portal::test
