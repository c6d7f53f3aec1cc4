// SPDX-License-Identifier: Apache-2.0
#include "policy/exception.h"

#include <algorithm>
#include <array>

#include "policy/explanation.h"
#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::array kStates{ExceptionState::Waiting, ExceptionState::Active,
                             ExceptionState::Revoked, ExceptionState::Expired};

bool concerns(const Exception& exception, const Recipient& recipient) {
    if (!is_for_address(exception)) return exception.target == recipient.domain->str();
    const std::string_view local =
        std::string_view(recipient.address).substr(0, recipient.address.rfind('@'));
    return equal_ignoring_case(exception.target, std::string(local) + "@" + recipient.domain->str());
}

/// The level under which the recipient leaves with the exception, where the class's own does not do.
std::optional<Floor> floor_of(const MailClass& mail_class, const MailClass& relaxed_class,
                              const Recipient& recipient) {
    const bool is_met = recipient.verdict && meets(recipient.verdict->level, mail_class.level);
    if (is_met || relaxed_class.level == mail_class.level) return std::nullopt;
    return relaxed_class.level;
}

/// Where the mail would wait under the class's level anyway, a lower one is what the exception is for.
bool helps(const RecipientDecision& with, const RecipientDecision& without) {
    if (with.outcome > Outcome::Queue) return false;
    if (with.outcome != without.outcome) return with.outcome < without.outcome;
    return with.outcome == Outcome::Queue && with.floor.has_value();
}

std::string date_of(WallTime time) {
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
    const auto two = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
    return std::to_string(static_cast<int>(day.year())) + two(static_cast<unsigned>(day.month())) +
           two(static_cast<unsigned>(day.day()));
}

/// The fact and the rule as without the exception, but for what would make the mail direct: it is.
std::string explanation(const Exception& exception, const MailClass& mail_class,
                        const Recipient& recipient, std::string_view rule, Outcome outcome) {
    const std::string text = explain(mail_class, recipient, rule, outcome);
    const std::size_t remedy = std::min(text.rfind("; "), text.size() - 1);
    return text.substr(0, remedy) + ". Exception " + std::to_string(exception.id) + " for " +
           exception.target + " until " + date_of(exception.until) + " allows that (" +
           to_string(exception.waiver) + "): " + exception.reason + ", ticket " + exception.ticket + ".";
}

RecipientDecision decide_with(const Exception& exception, const MailClass& mail_class,
                              const Recipient& recipient) {
    const MailClass lower = relaxed(mail_class, exception.waiver);
    RecipientDecision decision = decide(lower, recipient);
    decision.floor = floor_of(mail_class, lower, recipient);
    decision.rule = "exception";
    decision.exception = exception.id;
    return decision;
}

}  // namespace

std::string_view to_string(ExceptionState state) {
    switch (state) {
        case ExceptionState::Waiting: return "waiting";
        case ExceptionState::Active: return "active";
        case ExceptionState::Revoked: return "revoked";
        case ExceptionState::Expired: return "expired";
    }
    return "expired";
}

std::optional<ExceptionState> parse_exception_state(std::string_view text) {
    for (const ExceptionState state : kStates) {
        if (to_string(state) == text) return state;
    }
    return std::nullopt;
}

std::string to_string(const Waiver& waiver) {
    std::vector<std::string> parts;
    if (waiver.level) parts.push_back("level " + std::string(to_string(*waiver.level)));
    if (waiver.grade) parts.emplace_back("no grade");
    if (waiver.nta_record) parts.emplace_back("no nta-record");
    if (waiver.consumer) parts.emplace_back("no consumer portal");
    return join(parts, ", ");
}

bool is_for_address(const Exception& exception) {
    return exception.target.find('@') != std::string::npos;
}

bool covers(const Exception& exception, const MailClass& mail_class, const Recipient& recipient,
            WallTime now) {
    if (exception.state != ExceptionState::Active || exception.until <= now) return false;
    if (recipient.route.kind != RouteKind::Enforced || !recipient.domain) return false;
    const bool is_class = exception.class_name.empty() || exception.class_name == mail_class.name;
    return is_class && concerns(exception, recipient);
}

bool overlap(const Exception& one, const Exception& other) {
    return one.target == other.target && (one.class_name.empty() || other.class_name.empty() ||
                                          one.class_name == other.class_name);
}

MailClass relaxed(const MailClass& mail_class, const Waiver& waiver) {
    MailClass lower = mail_class;
    if (waiver.level) lower.level = std::min(lower.level, *waiver.level);
    if (waiver.grade) lower.grade = Grade::Insufficient;
    if (waiver.nta_record) lower.nta_record = NtaRecord::Recorded;
    if (waiver.consumer) lower.consumer = ConsumerMail::AsOthers;
    return lower;
}

RecipientDecision decide(const MailClass& mail_class, const Recipient& recipient,
                         const std::vector<Exception>& exceptions, WallTime now) {
    RecipientDecision decision = decide(mail_class, recipient);
    if (decision.outcome == Outcome::Direct) return decision;
    std::vector<const Exception*> candidates;
    for (const Exception& one : exceptions) {
        if (covers(one, mail_class, recipient, now)) candidates.push_back(&one);
    }
    std::stable_sort(candidates.begin(), candidates.end(), [](const auto* a, const auto* b) {
        const auto rank = [](const Exception* e) {
            return std::pair(!is_for_address(*e), e->class_name.empty());
        };
        return rank(a) < rank(b);
    });
    for (const Exception* one : candidates) {
        RecipientDecision with = decide_with(*one, mail_class, recipient);
        if (!helps(with, decision)) continue;
        with.explanation = explanation(*one, mail_class, recipient, decision.rule, with.outcome);
        return with;
    }
    return decision;
}

}  // namespace smarttls::policy
