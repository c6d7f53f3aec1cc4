// SPDX-License-Identifier: Apache-2.0
//
// Judging: from what DNS and session showed to the level of a host, and from the hosts to the level
// of the domain. Pure functions; every rule names its clause. Two questions decide each rule: what
// does an attacker gain who can drop or forge this fact, and is it a fact about the server at all?
//
//     if (auto end = end_at(route)) ...                // nothing to connect to
//     Judgement host = judge_host(trust, tlsa.state, session);
//     DomainJudgement domain = judge_domain(hosts, scope);
//
// Threads: pure functions. Errors: never; what is not known is Level::Unknown with its reason.
#pragma once

#include <optional>
#include <vector>

#include "policy/config.h"
#include "policy/verdict.h"
#include "smarttls/mail_routes.h"
#include "smarttls/tls/assess.h"

namespace smarttls::engine {

struct Judgement {
    policy::Level level = policy::Level::Unknown;
    std::vector<policy::Reason> reasons;
    policy::DaneFacts dane;
};

struct DomainJudgement {
    policy::Level level = policy::Level::Unknown;
    policy::Grade grade = policy::Grade::None;
    std::vector<policy::Reason> reasons;
};

/// Appends those that are not there yet.
void add_new(std::vector<policy::Reason>& reasons, const std::vector<policy::Reason>& more);

/// A judgement when the route leads to nothing that could be connected to, or when its TLSA look-up
/// failed: such a host must not be used (RFC 7672 §2.1.2).
[[nodiscard]] std::optional<Judgement> end_at(const HostRoute& route);

[[nodiscard]] Judgement judge_host(MxTrust trust, TlsaState tlsa, const SessionFacts& session);

/// The weakest level and the worst grade of the hosts that a delivery could end at.
[[nodiscard]] DomainJudgement judge_domain(const std::vector<policy::HostVerdict>& hosts,
                                           policy::MxScope scope);

}  // namespace smarttls::engine
