// SPDX-License-Identifier: Apache-2.0
#include "milter/message.h"

#include <algorithm>
#include <set>

#include "milter/envelope.h"
#include "milter/evidence_of.h"
#include "policy/log_line.h"
#include "policy/recipient_tag.h"
#include "policy/text.h"
#include "smarttls/dns/idna.h"
#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using policy::Deadline;
using policy::Outcome;
using policy::RecipientDecision;
using policy::Result;
using policy::RouteKind;
using std::chrono_literals::operator""s;

constexpr std::size_t kLongestClassName = 64;
constexpr auto kAskLimit = 2s;       // writing a query to a local socket does not block for long
constexpr auto kEvidenceLimit = 30s;
constexpr auto kProofLimit = 15s;

Deadline in(Deadline::Clock::duration wait) {
    return Deadline::after(Deadline::Clock::now(), wait);
}

policy::WallTime wall_time() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Names the line that is missing: only clients that may set a class are ever told.
std::string protection(const policy::Error& error) {
    const bool is_set_up = error.kind != policy::ErrorKind::Misconfigured;
    return is_set_up ? "Protection of this mail" : "Protection of this mail (" + error.what + ")";
}

}  // namespace

Message::Message(const Services& services, Submitter submitter, EnvelopeSender sender)
    : services_(services),
      submitter_(std::move(submitter)),
      sender_(std::move(sender)),
      verdicts_(services.config.engine.socket, services.engine) {}

bool Message::is_control(std::string_view name) const {
    return policy::equal_ignoring_case(name, services_.config.milter.control_header);
}

void Message::add_recipient(EnvelopeRecipient named, std::string_view transport,
                            std::string_view next_hop) {
    policy::Recipient recipient;
    std::string address = without_brackets(named.path);
    const std::string_view domain = domain_of(address);
    recipient.route = classify_route(transport, next_hop, domain, floor_of(sender_.address),
                                     services_.config.milter.trusted_routes);
    if (auto name = engine::to_domain_name(domain)) recipient.domain = *name;
    recipient.address = std::move(address);
    recipients_.push_back(std::move(recipient));
    envelope_.push_back(std::move(named));
}

void Message::add_header(std::string_view name, std::string_view value) {
    changes_.saw_header(name);
    // Before the milter asks, header_checks have put the floor's field into mail with the control header.
    const bool is_floor = policy::equal_ignoring_case(name, kFloorField);
    if (submitter_.trusted && !is_floor) fields_.emplace_back(name, value);
    if (is_control(name)) {
        class_names_.emplace_back(policy::trim(value).substr(0, kLongestClassName));
    }
}

/// Several control headers: the strictest class wins; one unknown value spoils the message, because
/// nobody can know how strict it was meant to be.
void Message::choose_class() {
    if (!submitter_.trusted) return;
    std::vector<const policy::MailClass*> named;
    for (const std::string& name : class_names_) {
        const policy::MailClass* found = services_.config.find_class(name);
        if (found == nullptr) unknown_class_ = name;
        named.push_back(found);
    }
    if (!unknown_class_) class_ = policy::strictest(named);
}

void Message::end_headers() {
    choose_class();
    if (class_ == nullptr) return;
    std::set<policy::DomainName> domains;
    for (const policy::Recipient& recipient : recipients_) {
        if (recipient.route.kind == RouteKind::Enforced && recipient.domain) {
            domains.insert(*recipient.domain);
        }
    }
    verdicts_.start(std::move(domains), in(kAskLimit));
    if (may_need_a_copy()) copy_.emplace(services_.config.store, fields_, wall_time());
}

/// To pick up; or to be held, while others get it.
bool Message::may_need_a_copy() const {
    if (keeps_for_pickup(*class_)) return true;
    return recipients_.size() > 1 && (class_->insecure == policy::Shortfall::Hold ||
                                      class_->plaintext == policy::Shortfall::Hold);
}

void Message::add_body(std::span<const unsigned char> chunk) {
    if (class_ != nullptr) hash_.update(chunk);
    if (copy_) copy_->append(chunk);
}

Disposition Message::end(const std::string& queue_id, std::string mta, Actions& actions) {
    mta_ = std::move(mta);
    if (auto refusal = refuse_at_once()) {
        note_refusal(queue_id, *refusal);
        return turn_away(*std::move(refusal), actions);
    }
    if (class_ != nullptr) return end_of_class_mail(queue_id, actions);
    if (!class_names_.empty()) note_ignored_class(queue_id);
    auto removed = changes_.remove_headers(services_.config.milter.control_header, actions);
    // From a trusted client it may be class mail that comes back from a content filter.
    if (removed && !submitter_.trusted) {
        removed = changes_.remove_headers(std::string(kFloorField), actions);
    }
    return removed ? Disposition::proceed() : disposition_of(removed.error(), "The mail filter");
}

std::optional<Disposition> Message::refuse_at_once() const {
    const bool is_forged = !submitter_.trusted && std::any_of(recipients_.begin(), recipients_.end(), [](const auto& one) {
        return policy::has_lower_floor(one.address);
    });
    // Class or not: such an address takes another route than the site has for its domain.
    if (is_forged) return Disposition::reject("550", "5.1.3", "An address with a tag of smarttls is not taken from outside");
    if (unknown_class_) {
        return Disposition::reject("550", "5.7.1",
                                   "The class " + policy::quote(*unknown_class_) + " in " +
                                       services_.config.milter.control_header +
                                       " is not known here");
    }
    if (class_ == nullptr) return std::nullopt;
    if (sender_.address.empty()) {
        return Disposition::reject("550", "5.7.1",
                                   "Mail of class " + class_->name + " needs a sender address");
    }
    for (const policy::Recipient& recipient : recipients_) {
        if (!is_routed(recipient.address) && !policy::has_lower_floor(recipient.address)) continue;
        return Disposition::reject("550", "5.1.3",
                                   "Mail of class " + class_->name + " takes plain addresses only, not " +
                                       recipient.address);
    }
    return std::nullopt;
}

Result<std::vector<RecipientDecision>> Message::judge() {
    if (auto proof = services_.proof->prove(in(kProofLimit)); !proof) {
        return because(proof, "enforcement");
    }
    auto verdicts = verdicts_.collect(in(services_.config.milter.verdict_deadline));
    if (!verdicts) return tl::unexpected(verdicts.error());
    auto in_force = exceptions_in_force(services_.config.store);
    if (!in_force) return tl::unexpected(in_force.error());
    exceptions_ = *std::move(in_force);
    std::vector<RecipientDecision> decisions;
    for (policy::Recipient& recipient : recipients_) {
        if (recipient.domain) {
            const auto found = verdicts->find(*recipient.domain);
            if (found != verdicts->end()) recipient.verdict = found->second;
            recipient.kind = kind_of(*recipient.domain, recipient.verdict ? &*recipient.verdict : nullptr,
                                     services_.consumers);
        }
        decisions.push_back(decide_excepting(*class_, recipient, exceptions_, wall_time()));
    }
    if (!lowers_a_floor(decisions)) return decisions;
    if (auto proof = services_.proof->prove_lower_floors(); !proof) return because(proof, "enforcement");
    return decisions;
}

Disposition Message::end_of_class_mail(const std::string& queue_id, Actions& actions) {
    store::EvidenceRecord record = evidence(queue_id);
    record.content_sha256 = hash_.finish();
    auto decisions = judge();
    if (!decisions) return defer(record, decisions.error(), protection(decisions.error()));
    auto identity = look_back(record, *decisions);
    if (!identity) return defer(record, identity.error(), "The evidence store");
    const bool can_seal = copy_ && copy_->is_possible();
    if (sets_aside(*decisions) && !can_seal) hold_together(*decisions);
    const policy::MessageDecision whole = combine(*decisions);
    const PartedMessage parted{*class_,   queue_id,    mta_,       sender_, fields_,
                               envelope_,    recipients_, *decisions, whole};
    describe_decision(record, whole, *decisions, recipients_);
    auto kept = keep(parted, copy_, *identity, wall_time());
    if (!kept) return defer(record, kept.error(), "The store of messages for pickup");
    record.registration = *std::move(kept);
    report_uses(record, parted, exceptions_, *identity, services_.config.exceptions.security_contact);
    auto id = services_.evidence->append(record, in(kEvidenceLimit));
    // Also when it failed: it may have been committed all the same, and then its file must be there.
    // A file that nobody knows of goes at the next start (store/sealed_sweep.h).
    if (record.registration && record.registration->sealed) copy_->keep();
    if (!id) {
        services_.earlier->close();
        return defer(record, id.error(), "The evidence store");
    }
    engine::log(engine::Severity::Info, decision_line(record, whole, *id));
    if (whole.outcome == Outcome::Reject) {
        return turn_away(
            Disposition::reject(whole.reply.code, whole.reply.enhanced, whole.explanation), actions);
    }
    const bool has_notices = record.registration && !record.registration->notices.empty();
    if (has_notices && services_.outbox != nullptr) services_.outbox->wake();
    auto changed = change(parted, actions);
    return changed ? Disposition::proceed() : defer(record, changed.error(), "The mail filter");
}

/// What sendmail(1) has submitted the MTA itself sends back to the sender, with all its content if nobody
/// objects: on this way it needs the floor as well. Nobody knows how strict an unknown class is.
Disposition Message::turn_away(Disposition refusal, Actions& actions) {
    if (sender_.client_waits || sender_.address.empty()) return refusal;
    const policy::MailClass strictest_of_all;
    const policy::MailClass& mail_class = class_ != nullptr ? *class_ : strictest_of_all;
    auto done = changes_.mark(mail_class, services_.config.milter.control_header, sender_, {}, actions);
    return done ? refusal : disposition_of(done.error(), "The mail filter");
}

Result<std::string> Message::look_back(store::EvidenceRecord& record,
                                       std::vector<RecipientDecision>& decisions) const {
    const SubmittedMessage message{sender_.address, fields_, record.content_sha256, record.queue_id};
    const std::vector<std::string> identities = identities_of(message, wall_time());
    auto fates = services_.earlier->fates_of(services_.config.store, identities);
    if (!fates) return tl::unexpected(fates.error());
    if (settle(decisions, recipients_, *fates, services_.evidence->addresses()) > 0) {
        record.note = "the same message was submitted before: what was done about it then stands";
    }
    return identities.front();
}

Result<void> Message::change(const PartedMessage& message, Actions& actions) {
    auto done = changes_.mark(*class_, services_.config.milter.control_header, sender_,
                              lowest_floor(message.decisions), actions);
    if (done && message.whole.outcome == Outcome::Hold) {
        done = actions.quarantine("smarttls: " + message.whole.explanation);
    }
    if (done) done = MessageChanges::replace_recipients(lowered(message), actions);
    return done ? MessageChanges::remove_recipients(leaving(message), actions) : done;
}

Disposition Message::defer(const store::EvidenceRecord& record, const policy::Error& error,
                           std::string_view part) const {
    engine::log(engine::Severity::Error, policy::LogLine(record.queue_id)
                                             .add("class", record.class_name)
                                             .add("outcome", "defer")
                                             .add("from", "<" + record.sender + ">")
                                             .add("reason", error.what)
                                             .str());
    return disposition_of(error, part);
}

/// A refusal stands whether or not it can be recorded: nothing was accepted.
void Message::note_refusal(const std::string& queue_id, const Disposition& refusal) const {
    store::EvidenceRecord record = evidence(queue_id);
    record.event = store::kSubmissionRejection;
    record.outcome = to_string(Outcome::Reject);
    record.reply = refusal.code + " " + refusal.enhanced + " " + refusal.text;
    note(record, refusal.text);
}

/// The mail itself is not class mail, so that a store which fails does not stop it.
void Message::note_ignored_class(const std::string& queue_id) const {
    store::EvidenceRecord record = evidence(queue_id);
    record.event = store::kSubmissionAcceptance;
    record.outcome = to_string(Outcome::Direct);
    record.note = services_.config.milter.control_header + ": " +
                  policy::quote(class_names_.front()) +
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
    engine::log(engine::Severity::Warning,
                policy::LogLine(record.queue_id)
                    .add("class", record.class_name)
                    .add("outcome", record.outcome)
                    .add("from", "<" + record.sender + ">")
                    .add("client", record.client)
                    .add("evidence", id ? std::to_string(*id) : "none: " + id.error().what)
                    .add("reason", what)
                    .str());
}

store::EvidenceRecord Message::evidence(const std::string& queue_id) const {
    store::EvidenceRecord record;
    record.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    record.queue_id = queue_id;
    record.sender = sender_.address;
    record.client = submitter_.description;
    record.config_version = services_.config.version;
    if (class_ != nullptr) {
        record.class_name = class_->name;
        record.floor = to_string(class_->level);
    }
    return record;
}

}  // namespace smarttls::milter
