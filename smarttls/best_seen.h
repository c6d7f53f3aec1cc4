// SPDX-License-Identifier: Apache-2.0
//
// BestSeen: the best level at which a domain was seen, so that a fall from DANE to plaintext is an
// alarm and not merely a weaker verdict.
//
//     if (auto alarm = compare(verdict, best, ttl)) log(Severity::Warning, *alarm);
//
// A level is remembered until `ttl` has passed since it was last seen: a domain that really left
// DANE does not alarm for ever. Levels that are not ranked neither count as seen nor end what was
// seen. The alarm never changes the level of the verdict: what was once better obliges nobody.
// Threads: plain values, pure functions. Errors: none.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "policy/verdict.h"

namespace smarttls::engine {

struct BestSeen {
    policy::Level level = policy::Level::Unknown;    // Unknown: nothing is remembered
    policy::WallTime seen{};                         // the last time
    policy::Level alarmed = policy::Level::Unknown;  // the lower level that was told last
};

/// Whether a domain that was seen at `best` has lost what protects against an active attacker:
/// DANE; MTA-STS, unless the domain itself says that its policy has ended (mode testing or none, read
/// over authenticated HTTPS; RFC 8461 §8.3 ends a policy so); or any TLS at all. A Forbidden domain
/// has lost what it demands itself.
[[nodiscard]] bool is_downgrade(policy::Level best, const policy::Verdict& verdict);

/// Writes best_seen and, after a downgrade, Reason::Downgrade into the verdict, and keeps `best` up
/// to date. Returns the line for the log when the loss is news.
[[nodiscard]] std::optional<std::string> compare(policy::Verdict& verdict, BestSeen& best,
                                                 std::chrono::seconds ttl);

}  // namespace smarttls::engine
