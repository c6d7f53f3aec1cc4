// SPDX-License-Identifier: Apache-2.0
#include "smarttls/best_seen.h"

#include "smarttls/timestamp.h"

namespace smarttls::engine {

using policy::Level;
using policy::Verdict;

namespace {

bool policy_was_withdrawn(Level best, const Verdict& verdict) {
    return best == Level::MtaSts && verdict.level >= Level::Pkix && verdict.sts &&
           verdict.sts->mode != policy::StsMode::Enforce;
}

std::string alarm_line(const Verdict& verdict, const BestSeen& best) {
    return verdict.domain + ": possible downgrade attack: level " +
           std::string(to_string(verdict.level)) + ", was " + std::string(to_string(best.level)) +
           " on " + format_time(best.seen);
}

}  // namespace

bool is_downgrade(Level best, const Verdict& verdict) {
    const bool can_be_compared =
        policy::is_ranked(verdict.level) || verdict.level == Level::Forbidden;
    if (!can_be_compared || verdict.level >= best) return false;
    if (best == Level::Dane) return true;
    if (best == Level::MtaSts) return !policy_was_withdrawn(best, verdict);
    return verdict.level == Level::Plaintext;
}

std::optional<std::string> compare(Verdict& verdict, BestSeen& best, std::chrono::seconds ttl) {
    const bool faded =
        verdict.checked >= best.seen + ttl || policy_was_withdrawn(best.level, verdict);
    if (policy::is_ranked(verdict.level) && (verdict.level >= best.level || faded)) {
        best = {verdict.level, verdict.checked, Level::Unknown};
    } else if (faded) {
        best = {};
    }
    if (best.level == Level::Unknown) return std::nullopt;
    verdict.best_seen = best.level;
    if (!is_downgrade(best.level, verdict)) return std::nullopt;
    verdict.reasons.push_back(policy::Reason::Downgrade);
    if (best.alarmed == verdict.level) return std::nullopt;
    best.alarmed = verdict.level;
    return alarm_line(verdict, best);
}

}  // namespace smarttls::engine
