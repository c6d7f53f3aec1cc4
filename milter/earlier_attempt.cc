// SPDX-License-Identifier: Apache-2.0
#include "milter/earlier_attempt.h"

#include <utility>

#include "store/sealing/sealed_message.h"

namespace smarttls::milter {
namespace {

using policy::Outcome;
using policy::RecipientDecision;
using policy::Result;

Outcome outcome_of(const store::Fate& fate) {
    if (fate.outcome == to_string(Outcome::Portal)) return Outcome::Portal;
    const bool was_held = fate.outcome == to_string(Outcome::Hold) || fate.outcome == "released";
    return was_held ? Outcome::Hold : Outcome::Reject;
}

std::string_view story_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::Portal: return "has been kept for pickup since then";
        case Outcome::Hold: return "was held then, for a person to release";
        default: return "was refused then, as the sender was told";
    }
}

}  // namespace

Result<Fates> EarlierAttempts::fates_of(const policy::StoreSettings& store,
                                        const std::vector<std::string>& identities) {
    auto known = readers_.use(store.evidence, [&](store::SealedFates& seals) -> Result<Fates> {
        Fates all;
        for (const std::string& identity : identities) {
            auto fates = seals.fates_of(identity);
            if (!fates) return fates;
            all.merge(*fates);
        }
        return all;
    });
    if (!known) return known;
    std::erase_if(*known, [&](const auto& entry) {
        const std::string& sealed = entry.second.sealed;
        return !sealed.empty() && !store::is_kept(store.sealed, sealed);
    });
    return known;
}

int settle(std::vector<RecipientDecision>& decisions,
           const std::vector<policy::Recipient>& recipients, const Fates& fates,
           const store::AddressKey& addresses) {
    int settled = 0;
    if (fates.empty()) return settled;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
        const auto fate = fates.find(addresses.exact(recipients[i].address));
        if (fate == fates.end()) continue;
        RecipientDecision& one = decisions[i];
        ++settled;
        one.is_settled = true;
        const Outcome outcome = outcome_of(fate->second);
        if (one.outcome == outcome) continue;
        one.outcome = outcome;
        one.rule = "submitted-before";
        one.exception = 0;
        one.floor.reset();
        if (outcome == Outcome::Reject) one.reply = {"550", "5.7.1"};
        one.explanation = "The same message was submitted before: mail to " + recipients[i].address +
                          " " + std::string(story_of(outcome)) + ".";
    }
    return settled;
}

}  // namespace smarttls::milter
