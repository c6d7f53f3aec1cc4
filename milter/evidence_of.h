// SPDX-License-Identifier: Apache-2.0
//
// From a decision to what is kept and logged of it: the evidence record (design: EN 319 522-1 events)
// and one log line.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/parting.h"
#include "store/evidence.h"

namespace smarttls::milter {

/// Completes `record`, which holds the facts of the message, with the decision and its recipients.
void describe_decision(store::EvidenceRecord& record, const policy::MessageDecision& whole,
                       const std::vector<policy::RecipientDecision>& decisions,
                       const std::vector<policy::Recipient>& recipients);

/// "4jX..: class=nta7516 outcome=direct floor=dane from=.. to=.. nrcpt=1 evidence=17 reason=.."
[[nodiscard]] std::string decision_line(const store::EvidenceRecord& record,
                                        const policy::MessageDecision& whole, std::int64_t id);

}  // namespace smarttls::milter
