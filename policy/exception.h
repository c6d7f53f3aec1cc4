// SPDX-License-Identifier: Apache-2.0
//
// Exception: for a while, mail of a class to one domain or one address may go with less than its class
// demands: under a lower level, or without a grade, an NTA 7516 record or the portal.
//
//     RecipientDecision one = decide(mail_class, recipient, exceptions, now);
//
// It is used only where the class alone would not let the mail go, and gives no more than it says: never
// plaintext, nothing against a domain's own policy (forbidden), nothing on routes of the site's own.
// An exception for an address opens that address alone.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "policy/decision.h"
#include "policy/verdict.h"

namespace smarttls::policy {

/// Waiting: for its second approver. Revoked and Expired are final.
enum class ExceptionState { Waiting, Active, Revoked, Expired };

[[nodiscard]] std::string_view to_string(ExceptionState state);  // "waiting"
[[nodiscard]] std::optional<ExceptionState> parse_exception_state(std::string_view text);

/// What a class demands and an exception gives up.
struct Waiver {
    std::optional<Floor> level;  // the floor, where it is lower than that of the class
    bool grade = false;
    bool nta_record = false;
    bool consumer = false;
};

/// "level pkix, grade, nta-record, consumer"
[[nodiscard]] std::string to_string(const Waiver& waiver);

struct Exception {
    std::int64_t id = 0;
    std::string target;      // "example.nl" or "bob@example.nl", lower case
    std::string class_name;  // empty: every class
    Waiver waiver;
    std::string reason;
    std::string ticket;
    std::string owner;
    WallTime created{};
    std::string created_by;  // the person at this machine: "jan (uid 1000)"
    WallTime until{};
    std::string approved_by;  // empty: nobody yet, or nobody has to
    ExceptionState state = ExceptionState::Waiting;
    std::string ended_by;    // who revoked it
    std::string end_reason;  // and why
};

/// The target is a mailbox and not a whole domain.
[[nodiscard]] bool is_for_address(const Exception& exception);

/// Whether it is in force for mail of the class to the recipient.
[[nodiscard]] bool covers(const Exception& exception, const MailClass& mail_class,
                          const Recipient& recipient, WallTime now);

/// Two of which nobody could say which one counts: the same target, and a class in common.
[[nodiscard]] bool overlap(const Exception& one, const Exception& other);

/// The class as it is for whom the exception covers.
[[nodiscard]] MailClass relaxed(const MailClass& mail_class, const Waiver& waiver);

/// As decide() without them, unless one of `exceptions` that covers the recipient makes more possible:
/// an address before its domain, a class before all classes. Then `rule` is "exception", `exception` its id, and
/// `floor` the level under which this recipient leaves when that is lower than the class's.
[[nodiscard]] RecipientDecision decide(const MailClass& mail_class, const Recipient& recipient,
                                       const std::vector<Exception>& exceptions, WallTime now);

}  // namespace smarttls::policy
