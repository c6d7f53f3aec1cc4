// SPDX-License-Identifier: Apache-2.0
//
// The sentences that people read: in SMTP replies, logs and evidence. Each names the fact, the rule
// and what would have made the mail direct (promise 4).
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "policy/decision.h"

namespace smarttls::policy {

/// "offers no STARTTLS": the predicate for a host or domain.
[[nodiscard]] std::string_view phrase(Reason reason);

/// "mx.example.nl presents an expired certificate": why the verdict is not better, by its weakest
/// host; for ranked levels without a reason, how the host is authenticated.
[[nodiscard]] std::string describe(const Verdict& verdict);

/// The sentence for one recipient; `rule` is the row of the decision table.
[[nodiscard]] std::string explain(const MailClass& mail_class, const Recipient& recipient,
                                  std::string_view rule, Outcome outcome);

}  // namespace smarttls::policy
