// SPDX-License-Identifier: Apache-2.0
//
// Outcomes in the words and tones in which the evidence verbs tell them.
//
// Stored outcomes are text, perhaps of a newer program: unknown ones are told as they are.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "portal/command/render.h"
#include "store/evidence.h"

namespace smarttls::portal {

/// What became of the message: "accepted for direct delivery".
[[nodiscard]] std::string story_of(const store::EvidenceRecord& record);

/// What became of the recipient: its own outcome, or "hold (alone: direct)" where the message as
/// a whole was held or refused because of another recipient.
[[nodiscard]] std::string outcome_of(const store::EvidenceRecord& record,
                                     const store::RecipientEvidence& recipient);

/// The address, "<>" for the null sender, "(sealed)" for who has no key, or "(erased)".
[[nodiscard]] std::string sender_words(const store::EvidenceRecord& record);
/// The address, "(sealed)@example.nl" or "(erased)".
[[nodiscard]] std::string recipient_words(const store::RecipientEvidence& recipient);

/// "clear", "sealed", "erased"
[[nodiscard]] std::string_view to_string(store::Shown shown);

/// Of what became of the message.
[[nodiscard]] Tone tone_of(const store::EvidenceRecord& record);

/// Of text that begins with an outcome.
[[nodiscard]] Tone tone_of_outcome(std::string_view words);

}  // namespace smarttls::portal
