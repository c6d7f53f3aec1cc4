// SPDX-License-Identifier: Apache-2.0
//
// The decision: facts in, outcome and one sentence out. It is a table in decision.cc, first match
// wins; it asks nobody and knows no time, so that it can be tested whole and told again later.
//
//     RecipientDecision one = decide(mail_class, recipient);
//     MessageDecision all = combine(decisions);      // policy/parting.h
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "policy/recipient_kind.h"
#include "policy/route.h"
#include "policy/verdict.h"

namespace smarttls::policy {

/// In order of severity.
enum class Outcome {
    Direct,  // accepted; the class's floor is enforced at delivery
    Queue,   // accepted in the same way; waits in the MTA's queue until the floor is met
    Portal,  // sealed and kept for pickup; leaves the message
    Hold,    // accepted and set aside for a person
    Reject,  // refused
};

[[nodiscard]] std::string_view to_string(Outcome outcome);  // "direct"

struct Recipient {
    std::string address;                // without angle brackets
    std::optional<DomainName> domain;   // none: address literal
    Route route;
    std::optional<Verdict> verdict;     // none: not asked, because the route is the site's own
    RecipientKind kind = RecipientKind::Organisation;
};

/// SMTP reply code and enhanced status code (RFC 5321 §4.2, RFC 3463).
struct ReplyCode {
    std::string_view code;
    std::string_view enhanced;
};

struct RecipientDecision {
    Outcome outcome = Outcome::Queue;
    std::string_view rule;    // name of the row that matched
    ReplyCode reply;          // for Reject
    std::string explanation;  // one sentence: the fact, the rule, what would have made it direct
    bool is_settled = false;  // by an earlier attempt at the same message
    std::int64_t exception = {};  // id of the one that was used (policy/exception.h)
    std::optional<Floor> floor = {};  // the lower one under which this recipient leaves; the class's otherwise
};

/// Level, grade and NTA 7516 record; Unknown where the class asks for a grade or a record and nobody
/// knows it.
enum class Reach { Enough, TooLittle, Unknown };
[[nodiscard]] Reach reach(const Verdict& verdict, const MailClass& mail_class);

[[nodiscard]] RecipientDecision decide(const MailClass& mail_class, const Recipient& recipient);

/// The class that wins when several are named: one that is enforced before one in shadow mode; then the one with
/// the higher level, the higher grade, the one that requires an NTA 7516 record, the one whose `insecure` is
/// the severer, then `plaintext`, `unknown` and `consumer`, the one that demands more of the way in, and of
/// equals the first by name. nullptr when `classes` is empty.
[[nodiscard]] const MailClass* strictest(const std::vector<const MailClass*>& classes);

}  // namespace smarttls::policy
