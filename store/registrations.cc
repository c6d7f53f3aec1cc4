// SPDX-License-Identifier: Apache-2.0
#include "store/registrations.h"

#include <algorithm>
#include <utility>

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr std::string_view kInsertSealed =
    "INSERT INTO sealed (id, record, identity, epoch, key_id, size)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view kInsertSealedRecipient =
    "INSERT INTO sealed_recipient (identity, address, outcome, sealed, part) VALUES (?1, ?2, ?3, ?4, ?5)"
    " ON CONFLICT DO UPDATE SET outcome = excluded.outcome, sealed = excluded.sealed, part = excluded.part";
constexpr std::string_view kInsertNotice =
    "INSERT INTO outbox (record, identity, key, about, recipient, content, part, to_sender, state, created, due)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?9) ON CONFLICT (identity, key) DO NOTHING";
constexpr std::string_view kRelease =
    "UPDATE sealed_recipient SET outcome = 'released' WHERE sealed = ?1 AND outcome = 'hold'";
constexpr std::string_view kInsertException =
    "INSERT INTO exception (id, target, class, level, grade, nta_record, consumer, reason, ticket, owner,"
    " created, created_by, until, approved_by, state, ended_by, end_reason)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, '', '')";
// An end is final, and an approval comes once: what lost a race changes nothing.
constexpr std::string_view kUpdateException =
    "UPDATE exception SET state = ?2, approved_by = ?3, ended_by = ?4, end_reason = ?5 WHERE id = ?1"
    " AND state IN ('waiting', 'active') AND state <> ?2 RETURNING id";
// What was sent needs no words any more: who got it is in the evidence.
constexpr std::string_view kUpdateOutbox =
    "UPDATE outbox SET state = ?2, due = ?3, last_reply = ?4,"
    " attempts = attempts + 1, content = CASE ?2 WHEN 'sent' THEN '' ELSE content END,"
    " about = CASE WHEN ?2 = 'sent' AND part > 0 THEN '' ELSE about END,"
    " recipient = CASE WHEN ?2 = 'sent' AND to_sender THEN '' ELSE recipient END WHERE id = ?1";

/// Of the recipient in the record, which has them in the order of the parts.
Result<std::size_t> part_of(const EvidenceRecord& record, const std::string& address) {
    const auto found = std::find_if(record.recipients.begin(), record.recipients.end(),
                                    [&](const RecipientEvidence& one) { return one.address == address; });
    if (found != record.recipients.end()) {
        return static_cast<std::size_t>(found - record.recipients.begin()) + 1;
    }
    return fail(ErrorKind::Bug, "a message is kept for somebody who is not in its evidence");
}

/// The part of the recipient whom a notice is about; 0 when it is about none.
std::int64_t part_about(const EvidenceRecord& record, const Notice& notice) {
    const auto part = part_of(record, notice.concerned);
    return part && !notice.concerned.empty() ? static_cast<std::int64_t>(*part) : 0;
}

}  // namespace

Result<Registrations> Registrations::prepare(Database& database) {
    std::vector<Statement> prepared;
    for (const std::string_view sql : {kInsertSealed, kInsertSealedRecipient, kInsertNotice, kUpdateOutbox, kRelease,
                                       kInsertException, kUpdateException}) {
        Result<Statement> statement = database.prepare(sql);
        if (!statement) return tl::unexpected(statement.error());
        prepared.push_back(*std::move(statement));
    }
    return Registrations({std::move(prepared[0]), std::move(prepared[1]), std::move(prepared[2]),
                          std::move(prepared[3]), std::move(prepared[4]), std::move(prepared[5]),
                          std::move(prepared[6])});
}

Result<void> Registrations::insert(const PreparedRecord& prepared, std::int64_t id) {
    const EvidenceRecord& record = prepared.record;
    if (record.registration) {
        auto inserted = insert_sealed(prepared, id);
        if (!inserted) return because(inserted, "sealed message");
        inserted = insert_notices(prepared, id);
        if (!inserted) return because(inserted, "notices");
    }
    if (record.released.empty()) return ok();
    auto released = statements_.release.bind_all(record.released);
    if (released) released = statements_.release.run();
    if (!released) return because(released, "release");
    return ok();
}

/// Two attempts at the same message may be under way at once: the second takes the recipients over,
/// and the copy that the first sealed is for nobody. Each recipient has one row, and so one notice.
Result<void> Registrations::insert_sealed(const PreparedRecord& prepared, std::int64_t id) {
    const Registration& registration = *prepared.record.registration;
    if (!registration.sealed) return ok();
    const SealedFacts& sealed = *registration.sealed;
    auto bound = statements_.sealed.bind_all(sealed.id, id, registration.identity, sealed.epoch.str(), sealed.key_id,
                                             static_cast<std::int64_t>(sealed.size));
    if (bound) bound = statements_.sealed.run();
    if (!bound) return bound;
    for (const SealedFor& one : registration.kept) {
        const auto part = part_of(prepared.record, one.address);
        if (!part) return tl::unexpected(part.error());
        Statement& insert = statements_.sealed_recipient;
        bound = insert.bind(1, registration.identity);
        if (bound) bound = insert.bind_blob(2, prepared.parts[*part].exact);
        if (bound) bound = insert.bind(3, one.outcome);
        if (bound) bound = insert.bind(4, sealed.id);
        if (bound) bound = insert.bind(5, static_cast<std::int64_t>(*part));
        if (bound) bound = insert.run();
        if (!bound) return bound;
    }
    return ok();
}

Result<void> Registrations::insert_notices(const PreparedRecord& prepared, std::int64_t id) {
    const Registration& registration = *prepared.record.registration;
    for (std::size_t i = 0; i < registration.notices.size(); ++i) {
        const Notice& notice = registration.notices[i];
        Statement& insert = statements_.notice;
        auto bound = insert.bind_all(id, registration.identity);
        if (bound) bound = insert.bind_blob(3, prepared.notice_keys[i]);
        if (bound) bound = insert.bind(4, notice.about);
        if (bound) bound = insert.bind(5, notice.recipient);
        if (bound) bound = insert.bind(6, notice.content);
        if (bound) bound = insert.bind(7, part_about(prepared.record, notice));
        if (bound) bound = insert.bind(8, std::int64_t{notice.recipient == prepared.record.sender});
        if (bound) bound = insert.bind(9, std::int64_t{prepared.record.time.time_since_epoch().count()});
        if (bound) bound = insert.run();
        if (!bound) return bound;
    }
    return ok();
}

Result<bool> Registrations::change_exception(const EvidenceRecord& record) {
    const policy::Exception& one = *record.exception;
    if (record.event != kExceptionCreation) {
        Statement& update = statements_.exception_update;
        auto bound = update.bind_all(one.id, to_string(one.state), one.approved_by, one.ended_by, one.end_reason);
        if (!bound) return because(bound, "exception");
        Result<bool> row = update.step();
        update.reset();
        return row;
    }
    const auto& waiver = one.waiver;
    const auto flag = [](bool is_set) { return std::int64_t{is_set}; };
    auto bound = statements_.exception.bind_all(
        one.id, one.target, one.class_name, waiver.level ? to_string(*waiver.level) : std::string_view{},
        flag(waiver.grade), flag(waiver.nta_record), flag(waiver.consumer), one.reason, one.ticket, one.owner,
        std::int64_t{one.created.time_since_epoch().count()}, one.created_by,
        std::int64_t{one.until.time_since_epoch().count()}, one.approved_by, to_string(one.state));
    if (bound) bound = statements_.exception.run();
    if (!bound) return because(bound, "exception");
    return true;
}

Result<void> Registrations::update_outbox(const OutboxAttempt& attempt) {
    auto bound = statements_.outbox.bind_all(attempt.id, to_string(attempt.state),
                                             attempt.due.time_since_epoch().count(), attempt.reply);
    if (!bound) return bound;
    return statements_.outbox.run();
}

}  // namespace smarttls::store
