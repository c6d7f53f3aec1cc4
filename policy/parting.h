// SPDX-License-Identifier: Apache-2.0
//
// The parting of a message: what happens to it as a whole when its recipients are decided upon one by
// one. Who gets it directly does not wait for the others; they leave the message.
//
//     hold_together(decisions);      // only where a held recipient cannot be set aside alone
//     MessageDecision whole = combine(decisions);
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "policy/decision.h"

namespace smarttls::policy {

struct MessageDecision {
    /// Reject: refused, all its recipients are. Hold: what is left of it is held in the MTA's queue,
    /// nobody gets it directly. Anything else: what is left of it goes on.
    Outcome outcome = Outcome::Queue;
    bool is_split = false;  // some are refused or set aside, and others are not
    ReplyCode reply;
    std::string explanation;           // of the recipient that fares worst, and what follows for the others
    std::vector<std::size_t> kept;     // recipients that leave it with a sealed copy
    std::vector<std::size_t> refused;  // recipients that leave it with a notice to the sender
};

/// `decisions` has one entry for each recipient, at least one.
[[nodiscard]] MessageDecision combine(const std::vector<RecipientDecision>& decisions);

/// True when somebody gets the message directly and somebody else is to be held, so that the latter
/// needs a copy of his own.
[[nodiscard]] bool sets_aside(const std::vector<RecipientDecision>& decisions);

/// Without such a copy, who would get the message directly is held with him.
void hold_together(std::vector<RecipientDecision>& decisions);

/// Whether mail of the class may be kept for pickup in the portal.
[[nodiscard]] bool keeps_for_pickup(const MailClass& mail_class);
[[nodiscard]] bool keeps_for_pickup(const Config& config);  // of any class

}  // namespace smarttls::policy
