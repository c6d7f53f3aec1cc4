// SPDX-License-Identifier: Apache-2.0
#include "store/exception_report.h"

#include <array>
#include <ctime>

#include "store/mail_text.h"

namespace smarttls::store {
namespace {

using policy::Exception;
using policy::ExceptionState;

constexpr std::size_t kLabelColumns = 13;

std::string_view verb(std::string_view event) {
    if (event == kExceptionCreation) return "created";
    if (event == kExceptionApproval) return "approved";
    if (event == kExceptionRevocation) return "revoked";
    return "expired";
}

std::string name_of(const Exception& exception) { return "exception " + std::to_string(exception.id); }

std::string domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return std::string(at == std::string_view::npos ? address : address.substr(at + 1));
}

/// "    Reason:      their new gateway comes in March"
std::string fact(std::string_view label, std::string_view value) {
    if (value.empty()) return {};
    std::string line = "    " + std::string(label) + ":";
    line.append(4 + kLabelColumns > line.size() ? 4 + kLabelColumns - line.size() : 1, ' ');
    return quoted_printable(line.append(in_one_line(value)));
}

std::string facts(const Exception& exception) {
    return fact("For", exception.target) +
           fact("Class", exception.class_name.empty() ? "every class" : exception.class_name) +
           fact("Allows", to_string(exception.waiver)) + fact("Until", utc_text(exception.until)) +
           fact("Reason", exception.reason) + fact("Ticket", exception.ticket) +
           fact("Owner", exception.owner) + fact("Created by", exception.created_by) +
           fact("Approved by", exception.approved_by) + fact("Revoked by", exception.ended_by) +
           fact("Because", exception.end_reason);
}

std::string consequence(const Exception& exception) {
    const std::string number = std::to_string(exception.id);
    switch (exception.state) {
        case ExceptionState::Waiting:
            return "It is not in force: a second person has to approve it (smarttls exception approve " + number + ").";
        case ExceptionState::Active:
            return "It is in force. Each use of it is reported to you. To end it: smarttls exception revoke " +
                   number + " --reason ...";
        default: return "It is not in force any more: mail is held to what its class demands.";
    }
}

Notice turn_report(std::string_view event, const Exception& exception, const ExceptionTurn& turn) {
    const std::string about = name_of(exception) + " " + std::string(verb(event));
    std::string text = quoted_printable("Mail to " + exception.target +
                                        " may go with less than its class demands: " + about + ".");
    text.append(kCrLf).append(facts(exception)).append(kCrLf).append(quoted_printable(consequence(exception)));
    const std::string id = "smarttls.exception-" + std::to_string(exception.id) + "-" + std::string(verb(event)) +
                           "." + std::to_string(exception.created.time_since_epoch().count());
    return {about, turn.contact,
            report_mail({turn.contact, id, "smarttls: " + about + " (" + exception.target + ")", turn.time}, text)};
}

}  // namespace

std::string utc_text(policy::WallTime time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &utc)};
}

std::string about_use(const Exception& exception, std::string_view recipient) {
    return name_of(exception) + " used for " + std::string(recipient);
}

EvidenceRecord exception_record(std::string_view event, const Exception& exception,
                                const ExceptionTurn& turn) {
    EvidenceRecord record;
    record.event = event;
    record.time = turn.time;
    record.class_name = exception.class_name;
    record.client = turn.who;
    record.outcome = "exception";
    record.config_version = turn.config_version;
    const std::string now = name_of(exception) + " " + std::string(verb(event));
    record.note = now + ": " + exception.reason + " (ticket " + exception.ticket + ", owner " +
                  exception.owner + ")";
    RecipientEvidence target;
    if (is_for_address(exception)) target.address = exception.target;
    target.domain = domain_of(exception.target);
    target.outcome = to_string(exception.state);
    target.rule = "exception";
    target.explanation = "Until " + utc_text(exception.until) + " it allows: " + to_string(exception.waiver) + ".";
    target.exception = exception.id;
    record.recipients.push_back(std::move(target));
    record.exception = exception;
    if (turn.contact.empty()) return record;
    record.registration = Registration{"exception-" + std::to_string(exception.id), {}, {},
                                       {turn_report(event, exception, turn)}};
    return record;
}

Notice use_report(const Exception& exception, const ExceptionUse& use, const std::string& id,
                  const std::string& contact, EvidenceTime time) {
    std::string text = quoted_printable("A message went with less than its class demands, by " +
                                        name_of(exception) + ".");
    text += kCrLf;
    text += fact("Queue id", use.queue_id) + fact("From", use.sender) + fact("To", use.recipient) +
            fact("Class", use.class_name);
    text.append(kCrLf).append(quoted_printable(in_one_line(use.explanation))).append(kCrLf);
    text += quoted_printable("The exception:");
    text.append(kCrLf).append(facts(exception)).append(kCrLf);
    text += quoted_printable(consequence(exception));
    const std::string about = about_use(exception, use.recipient);
    return {about, contact, report_mail({contact, id, "smarttls: " + about, time}, text), use.recipient};
}

}  // namespace smarttls::store
