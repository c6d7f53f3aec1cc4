// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_words.h"

#include <algorithm>
#include <array>

namespace smarttls::portal {
namespace {

struct Outcome {
    std::string_view name;
    std::string_view story;
    Tone tone;
    bool whole_message;  // it overrules what a recipient alone would have got
};

constexpr std::array<Outcome, 31> kOutcomes{{
    {"direct", "accepted for direct delivery", Tone::Good, false},
    {"queue", "accepted; waits in the queue until a recipient's servers are protected as demanded",
     Tone::Doubtful, false},
    {"portal", "accepted; kept for pickup for whoever cannot get it directly", Tone::Doubtful, false},
    {"mixed", "accepted for some of its recipients", Tone::Doubtful, false},
    {"hold", "accepted and held until a person releases it", Tone::Doubtful, true},
    {"reject", "refused", Tone::Bad, true},
    {"sent", "taken by the recipient's server", Tone::Good, false},
    {"deferred", "not taken yet; it stays in the queue", Tone::Doubtful, false},
    {"bounced", "refused for good by the recipient's server; the sender was told", Tone::Bad, false},
    {"expired", "too long in the queue; the sender was told", Tone::Bad, false},
    {"deleted", "taken out of the queue by an administrator", Tone::Bad, false},
    {"discarded", "thrown away by the MTA", Tone::Bad, false},
    {"forwarded", "carried on under another queue id", Tone::Ordinary, false},
    {"requeued", "put into the queue again under another queue id", Tone::Ordinary, false},
    {"pickup-announced", "ready for pickup", Tone::Doubtful, false},
    {"pickup-notified", "the notice of it was handed to the MTA", Tone::Good, false},
    {"pickup-unreachable", "the notice of it did not arrive", Tone::Bad, false},
    {"pickup-code", "a code for its pickup was given out", Tone::Ordinary, false},
    {"pickup-refused", "a wrong code for its pickup was entered", Tone::Doubtful, false},
    {"pickup-access", "the recipient was let in", Tone::Good, false},
    {"pickup-read", "the recipient read it", Tone::Good, false},
    {"pickup-attachment", "the recipient took an attachment", Tone::Good, false},
    {"pickup-downloaded", "the recipient took it with him", Tone::Good, false},
    {"pickup-replied", "the recipient replied", Tone::Good, false},
    {"pickup-extended", "it waits for longer", Tone::Ordinary, false},
    {"pickup-expired", "its time for pickup is over", Tone::Bad, false},
    {"pickup-revoked", "it was revoked", Tone::Bad, false},
    {"pickup-discarded", "it was discarded by the administrator", Tone::Bad, false},
    {"erasure", "parts of other records were erased", Tone::Ordinary, true},
    {"retention", "parts of records were removed whose time was over", Tone::Ordinary, true},
    {"key-destruction", "the private key of a month was destroyed", Tone::Ordinary, true},
}};

const Outcome* find(std::string_view name) {
    const auto* found = std::find_if(kOutcomes.begin(), kOutcomes.end(),
                                     [&](const Outcome& outcome) { return outcome.name == name; });
    return found == kOutcomes.end() ? nullptr : found;
}

}  // namespace

std::string story_of(const store::EvidenceRecord& record) {
    if (record.event == store::kDeliveryWeaker) return "left with less protection than was decided";
    const Outcome* known = find(record.outcome);
    return known == nullptr ? "decided as " + printable(record.outcome) : std::string(known->story);
}

std::string outcome_of(const store::EvidenceRecord& record,
                       const store::RecipientEvidence& recipient) {
    if (recipient.outcome.empty() || recipient.outcome == record.outcome) {
        return printable(record.outcome);
    }
    const Outcome* known = find(record.outcome);
    if (known == nullptr || !known->whole_message) return printable(recipient.outcome);
    return printable(record.outcome) + " (alone: " + printable(recipient.outcome) + ")";
}

std::string_view to_string(store::Shown shown) {
    switch (shown) {
        case store::Shown::Clear: return "clear";
        case store::Shown::Sealed: return "sealed";
        case store::Shown::Erased: return "erased";
    }
    return "erased";
}

std::string sender_words(const store::EvidenceRecord& record) {
    if (record.shown != store::Shown::Clear) return "(" + std::string(to_string(record.shown)) + ")";
    return record.sender.empty() ? "<>" : printable(record.sender);
}

std::string recipient_words(const store::RecipientEvidence& recipient) {
    if (recipient.shown == store::Shown::Clear) return printable(recipient.address);
    const std::string instead = "(" + std::string(to_string(recipient.shown)) + ")";
    return recipient.domain.empty() ? instead : instead + "@" + printable(recipient.domain);
}

Tone tone_of(const store::EvidenceRecord& record) {
    return record.event == store::kDeliveryWeaker ? Tone::Bad : tone_of_outcome(record.outcome);
}

Tone tone_of_outcome(std::string_view words) {
    const Outcome* known = find(words.substr(0, words.find(' ')));
    return known == nullptr ? Tone::Ordinary : known->tone;
}

}  // namespace smarttls::portal
