// SPDX-License-Identifier: Apache-2.0
//
// What a Message leaves in evidence and log where no decision of the table is written down: refusals,
// control headers that do not count, and doubts.
#include "milter/envelope.h"
#include "milter/message.h"
#include "policy/log_line.h"
#include "policy/text.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::Deadline;
using policy::Outcome;

Deadline in(Deadline::Clock::duration wait) { return Deadline::after(Deadline::Clock::now(), wait); }

}  // namespace

Disposition Message::defer(const store::EvidenceRecord& record, const policy::Error& error,
                           std::string_view part) const {
    engine::log(engine::Severity::Error, policy::LogLine(record.queue_id)
                                             .add("class", record.class_name)
                                             .add("outcome", record.mode.empty() ? "defer" : "undecided, in shadow mode")
                                             .add("from", "<" + record.sender + ">")
                                             .add("reason", error.what)
                                             .str());
    return disposition_of(error, part);
}

/// A refusal stands whether or not it can be recorded: nothing was accepted.
void Message::note_refusal(const std::string& queue_id, const Disposition& refusal) const {
    store::EvidenceRecord record = evidence(queue_id);
    record.event = mode_ == policy::Mode::Shadow ? store::kSubmissionAcceptance : store::kSubmissionRejection;
    record.outcome = to_string(Outcome::Reject);
    record.reply = refusal.code + " " + refusal.enhanced + " " + refusal.text;
    note(record, refusal.text);
}

/// The mail itself is not class mail, so that a store which fails does not stop it. Numbers and codes are
/// not written down.
void Message::note_ignored_control(const std::string& queue_id) const {
    store::EvidenceRecord record = evidence(queue_id);
    record.event = store::kSubmissionAcceptance;
    record.outcome = to_string(Outcome::Direct);
    record.note = (first_class_ ? services_.config.milter.control_header + ": " + policy::quote(*first_class_)
                               : "phone number or access code for pickup") +
                  " was removed and not honoured: the client may not set a class";
    note(record, record.note);
}

void Message::note(store::EvidenceRecord& record, std::string_view what) const {
    for (const policy::Recipient& recipient : recipients_) {
        record.recipients.push_back({.address = recipient.address,
                                     .domain = std::string(domain_of(recipient.address)),
                                     .outcome = record.outcome,
                                     .rule = {},
                                     .explanation = std::string(what),
                                     .verdict_json = {}});
    }
    const auto id = services_.evidence->append(record, in(kEvidenceLimit));
    policy::LogLine line(record.queue_id);
    line.add("class", record.class_name);
    if (!record.mode.empty()) line.add("mode", record.mode);
    line.add("outcome", record.outcome)
        .add("from", "<" + record.sender + ">")
        .add("client", record.client)
        .add("evidence", id ? std::to_string(*id) : "none: " + id.error().what)
        .add("reason", what);
    engine::log(engine::Severity::Warning, line.str());
}

store::EvidenceRecord Message::evidence(const std::string& queue_id) const {
    store::EvidenceRecord record;
    record.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    record.queue_id = queue_id;
    record.sender = sender_.address;
    record.client = submitter_.description;
    record.config_version = services_.config.version;
    record.mark = policy::join(marking_.triggers, ", ");
    if (mode_ == policy::Mode::Shadow) record.mode = store::kShadowMode;
    if (class_ != nullptr) {
        record.class_name = class_->name;
        // Deliveries are held to a floor that was put on the mail.
        if (mode_ == policy::Mode::Enforce) record.floor = to_string(class_->level);
    }
    return record;
}

}  // namespace smarttls::milter
