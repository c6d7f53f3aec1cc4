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
      changes_({services.config.milter.control_header, services.config.milter.phone_header, services.config.milter.code_header}),
      may_be_marked_(policy::may_be_marked(services.config, submitter_.client)),
      marks_(services.config.milter.control_header),
      verdicts_(services.config.engine.socket, services.engine) {}

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
    changes_.saw_header(name, value);
    if (!first_class_ && policy::equal_ignoring_case(name, services_.config.milter.control_header)) {
        first_class_ = policy::trim(value).substr(0, kLongestClassName);
    }
    if (!may_be_marked_) return;
    marks_.saw(name, value);
    const policy::MilterSettings& settings = services_.config.milter;
    const bool is_phone = policy::equal_ignoring_case(name, settings.phone_header);
    const bool is_code = policy::equal_ignoring_case(name, settings.code_header);
    if (is_phone) access_.saw_phones(value);
    if (is_code) access_.saw_code(value);
    // Before the milter asks, header_checks have put the floor's field into mail with the control header.
    const bool is_floor = policy::equal_ignoring_case(name, kFloorField);
    if (!is_floor && !is_phone && !is_code) fields_.emplace_back(name, value);
}

policy::MarkedAddress Message::marked_sender() const {
    std::string address = without_floor(sender_.address);
    auto domain = engine::to_domain_name(domain_of(address));
    return {std::move(address), domain ? domain->str() : std::string()};
}

/// From a content filter or from smarttls message release. An authenticated user is no filter.
bool Message::comes_back() const {
    const policy::Client& client = submitter_.client;
    return client.user.empty() && client.address && contains(services_.config.milter.trusted_networks, *client.address);
}

void Message::choose_class() {
    std::vector<policy::MarkedAddress> recipients;
    std::vector<std::string> addresses;
    for (const policy::Recipient& one : recipients_) {
        recipients.push_back({one.address, one.domain ? one.domain->str() : std::string()});
        addresses.push_back(one.address);
    }
    const policy::MarkedAddress sender = marked_sender();
    may_set_class_ = is_trusted(services_.config.milter, submitter_.client, marks_.tenants());
    const auto carried = comes_back() ? floor_of(sender_.address) : std::nullopt;
    marking_ = mark(services_.config, {submitter_.client, may_set_class_, sender, std::move(recipients), carried, marks_});
    // Nobody can know how strict an unknown class was meant to be.
    class_ = marking_.unknown ? nullptr : marking_.mail_class;
    mode_ = mode_of(services_.config, class_, sender);
    if (may_set_class_) keys_ = access_.keys_for(addresses);
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
    if (mode_ == policy::Mode::Enforce && may_need_a_copy()) copy_.emplace(services_.config.store, fields_, wall_time());
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
    if (mode_ == policy::Mode::Shadow) return end_in_shadow(queue_id, actions);
    if (auto refusal = refuse_at_once()) {
        note_refusal(queue_id, *refusal);
        return turn_away(*std::move(refusal), actions);
    }
    if (class_ != nullptr) return end_of_class_mail(queue_id, actions);
    if (changes_.has_control_headers() && !may_set_class_) note_ignored_control(queue_id);
    return let_pass(actions);
}

/// As it came, but for what is ours.
Disposition Message::let_pass(Actions& actions) {
    const bool was_marked = changes_.has_control_headers();
    auto removed = changes_.remove_control_headers(actions);
    // From a trusted client it may be class mail that comes back from a content filter.
    const bool has_floor_of_its_own = may_set_class_ && !(mode_ == policy::Mode::Shadow && was_marked);
    if (removed && !has_floor_of_its_own) removed = changes_.remove_headers(std::string(kFloorField), actions);
    return removed ? Disposition::proceed() : disposition_of(removed.error(), "The mail filter");
}

Disposition Message::end_in_shadow(const std::string& queue_id, Actions& actions) {
    if (const auto refusal = refuse_at_once()) {
        note_refusal(queue_id, *refusal);
    } else if (class_ != nullptr) {
        decide_in_shadow(queue_id);
    } else if (changes_.has_control_headers() && !may_set_class_) {
        note_ignored_control(queue_id);
    }
    return let_pass(actions);
}

/// Neither a missing verdict nor a store that fails stops mail that nothing is to happen to.
void Message::decide_in_shadow(const std::string& queue_id) {
    store::EvidenceRecord record = evidence(queue_id);
    record.content_sha256 = hash_.finish();
    const auto decisions = judge();
    if (!decisions) {
        static_cast<void>(defer(record, decisions.error(), {}));
        return;
    }
    const policy::MessageDecision whole = combine(*decisions);
    describe_decision(record, whole, *decisions, recipients_);
    record.event = store::kSubmissionAcceptance;
    const auto id = services_.evidence->append(record, in(kEvidenceLimit));
    if (!id) {
        static_cast<void>(defer(record, id.error(), {}));
        return;
    }
    engine::log(engine::Severity::Info, decision_line(record, whole, *id));
}

Result<std::vector<RecipientDecision>> Message::judge() {
    const bool enforces = mode_ == policy::Mode::Enforce;
    if (auto proof = enforces ? services_.proof->prove(in(kProofLimit)) : policy::ok(); !proof) {
        return because(proof, "enforcement");
    }
    auto verdicts = verdicts_.collect(in(services_.config.milter.verdict_deadline));
    if (!verdicts) return tl::unexpected(verdicts.error());
    auto in_force = services_.exceptions->in_force(services_.config.store.evidence);
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
    if (!enforces || !lowers_a_floor(decisions)) return decisions;
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
                               envelope_,    recipients_, *decisions, whole,   *keys_};
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
        services_.exceptions->close();
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
    auto done = changes_.mark(mail_class, sender_, {}, actions);
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
    auto done = changes_.mark(*class_, sender_, lowest_floor(message.decisions), actions);
    if (done && message.whole.outcome == Outcome::Hold) {
        done = actions.quarantine("smarttls: " + message.whole.explanation);
    }
    if (done) done = MessageChanges::replace_recipients(lowered(message), actions);
    return done ? MessageChanges::remove_recipients(leaving(message), actions) : done;
}

}  // namespace smarttls::milter
