// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/check.h"

#include <algorithm>

#include "smarttls/sts/match.h"

namespace smarttls::engine {
namespace {

using policy::HostVerdict;
using policy::Level;
using policy::Reason;

void add_new(std::vector<Reason>& reasons, Reason reason) {
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
        reasons.push_back(reason);
    }
}

bool is_named(const policy::StsFacts& policy, const HostVerdict& host) {
    const auto name = policy::DomainName::parse(host.name);
    return name && matches(policy.mx, *name);
}

/// RFC 8461 §4.1 and §4.2: the name in the policy, TLS, a certificate for that name by a DNS-ID
/// from a trusted authority. That TLS is 1.2 at least is so with every session that is completed.
std::vector<Reason> failures(const policy::StsFacts& policy, const HostVerdict& host) {
    std::vector<Reason> reasons;
    if (!is_named(policy, host)) reasons.push_back(Reason::StsMxMismatch);
    if (host.level < Level::Pkix) {
        for (const Reason reason : host.reasons) add_new(reasons, reason);
    } else if (!host.certificate || host.certificate->names.empty()) {
        add_new(reasons,
                Reason::CertificateHostMismatch);  // PKIX took the CN, which does not count
    }
    return reasons;
}

bool has_tls_findings(Level level) {
    return level == Level::Plaintext || level == Level::Encrypted || level == Level::Pkix;
}

}  // namespace

std::optional<policy::StsFacts> shown(std::optional<policy::StsFacts> facts) {
    constexpr std::size_t kMostPatterns = 32;
    if (!facts || facts->mx.size() <= kMostPatterns) return facts;
    facts->mx.resize(kMostPatterns);
    facts->mx.shrink_to_fit();
    return facts;
}

void check_sts(const StsFinding& sts, HostVerdict& host) {
    if (!sts.policy || sts.policy->mode != policy::StsMode::Enforce) return;
    if (!has_tls_findings(host.level)) return;
    std::vector<Reason> reasons = failures(*sts.policy, host);
    if (reasons.empty() && host.level == Level::Pkix) {
        host.level = Level::MtaSts;
        return;
    }
    // RFC 8461 §5.1: no refusal for good before the domain was asked for a newer policy.
    host.level = sts.standing == StsStanding::Current ? Level::Forbidden : Level::Unknown;
    host.reasons = std::move(reasons);
}

}  // namespace smarttls::engine
