// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_table.h"

#include <utility>

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kInsertEvidence =
    "INSERT INTO evidence (event, time, class, queue_id, sender, client, outcome, floor,"
    " content_sha256, config_version, reply, note)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
constexpr std::string_view kInsertRecipient =
    "INSERT INTO recipient (evidence, position, address, domain, outcome, rule, explanation,"
    " verdict_json, kind, floor, exception) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
constexpr std::string_view kInsertTerm =  // recipients often share domain and outcome
    "INSERT OR IGNORE INTO term (kind, value, time, evidence) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view kInsertSealed =
    "INSERT INTO sealed (id, evidence, identity, epoch, key_id, size)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view kInsertSealedRecipient =
    "INSERT INTO sealed_recipient (identity, address, outcome, sealed) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT DO UPDATE SET outcome = excluded.outcome, sealed = excluded.sealed";
constexpr std::string_view kInsertNotice =
    "INSERT INTO outbox (evidence, identity, about, recipient, content, state, created, due)"
    " VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?6) ON CONFLICT (identity, about) DO NOTHING";
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
// What was sent needs no content any more.
constexpr std::string_view kUpdateOutbox =
    "UPDATE outbox SET state = ?2, due = ?3, last_reply = ?4, attempts = attempts + 1,"
    " content = CASE ?2 WHEN 'sent' THEN '' ELSE content END WHERE id = ?1";

using Terms = std::vector<std::pair<TermKind, std::string_view>>;

Terms terms_of(const EvidenceRecord& record) {
    Terms terms{{TermKind::Class, record.class_name},
                {TermKind::QueueId, record.queue_id},
                {TermKind::Address, record.sender},
                {TermKind::Outcome, record.outcome}};
    for (const RecipientEvidence& recipient : record.recipients) {
        terms.emplace_back(TermKind::Address, recipient.address);
        terms.emplace_back(TermKind::Domain, recipient.domain);
        terms.emplace_back(TermKind::Outcome, recipient.outcome);
    }
    return terms;
}

}  // namespace

Result<EvidenceTable> EvidenceTable::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadWrite);
    if (!database) return because(database, "evidence");
    return prepare(*std::move(database), path);
}

Result<EvidenceTable> EvidenceTable::reopen(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::Existing);
    if (!database) return because(database, "evidence");
    const std::size_t version = evidence_migrations().size();
    if (auto same = require_version(*database, version); !same) {
        return because(same, "evidence database " + path);
    }
    return prepare(*std::move(database), path);
}

Result<EvidenceTable> EvidenceTable::prepare(Database database, const std::string& path) {
    const std::string context = "evidence database " + path;
    // Before the first append: what a failed fsync left in the log must not precede new records.
    if (auto emptied = database.checkpoint(); !emptied) return because(emptied, context);
    if (auto migrated = migrate(database, evidence_migrations()); !migrated) {
        return because(migrated, context);
    }
    std::vector<Statement> prepared;
    for (const std::string_view sql : {kInsertEvidence, kInsertRecipient, kInsertTerm,
                                       kInsertSealed, kInsertSealedRecipient, kInsertNotice,
                                       kUpdateOutbox, kRelease, kInsertException, kUpdateException}) {
        Result<Statement> statement = database.prepare(sql);
        if (!statement) return because(statement, context);
        prepared.push_back(*std::move(statement));
    }
    return EvidenceTable(std::move(database),
                         {std::move(prepared[0]), std::move(prepared[1]), std::move(prepared[2]),
                          std::move(prepared[3]), std::move(prepared[4]), std::move(prepared[5]),
                          std::move(prepared[6]), std::move(prepared[7]), std::move(prepared[8]),
                          std::move(prepared[9])});
}

Result<std::vector<std::int64_t>> EvidenceTable::append(
    std::span<const EvidenceRecord* const> records, std::span<const OutboxAttempt* const> attempts) {
    Result<Transaction> transaction = Transaction::begin(database_);
    if (!transaction) return because(transaction, "evidence");
    std::vector<std::int64_t> ids;
    for (const EvidenceRecord* record : records) {
        const Result<std::int64_t> id = insert(*record);
        if (!id) return because(id, "evidence");
        ids.push_back(*id);
    }
    for (const OutboxAttempt* attempt : attempts) {
        if (auto updated = update_outbox(*attempt); !updated) return because(updated, "outbox");
    }
    if (auto committed = transaction->commit(); !committed) return because(committed, "evidence");
    return ids;
}

Result<bool> EvidenceTable::change_exception(const EvidenceRecord& record) {
    const policy::Exception& one = *record.exception;
    if (record.event != kExceptionCreation) {
        auto bound = inserts_.exception_update.bind_all(one.id, to_string(one.state), one.approved_by,
                                                        one.ended_by, one.end_reason);
        if (!bound) return because(bound, "exception");
        const Result<bool> row = inserts_.exception_update.step();
        inserts_.exception_update.reset();
        return row;
    }
    const auto& waiver = one.waiver;
    const auto flag = [](bool is_set) { return std::int64_t{is_set}; };
    auto bound = inserts_.exception.bind_all(
        one.id, one.target, one.class_name, waiver.level ? to_string(*waiver.level) : std::string_view{},
        flag(waiver.grade), flag(waiver.nta_record), flag(waiver.consumer), one.reason, one.ticket, one.owner,
        std::int64_t{one.created.time_since_epoch().count()}, one.created_by,
        std::int64_t{one.until.time_since_epoch().count()}, one.approved_by, to_string(one.state));
    if (bound) bound = inserts_.exception.run();
    if (!bound) return because(bound, "exception");
    return true;
}

Result<std::int64_t> EvidenceTable::insert(const EvidenceRecord& record) {
    if (record.exception) {
        const Result<bool> changed = change_exception(record);
        if (!changed) return tl::unexpected(changed.error());
        if (!*changed) return std::int64_t{0};
    }
    const std::int64_t time = record.time.time_since_epoch().count();
    auto bound = inserts_.evidence.bind_all(record.event, time, record.class_name, record.queue_id,
                                           record.sender, record.client, record.outcome,
                                           record.floor, record.content_sha256,
                                           record.config_version, record.reply, record.note);
    if (!bound) return because(bound, "message");
    if (auto inserted = inserts_.evidence.run(); !inserted) return because(inserted, "message");
    const std::int64_t id = database_.last_insert_id();
    if (auto inserted = insert_recipients(record, id); !inserted) {
        return because(inserted, "recipients");
    }
    if (auto inserted = insert_terms(record, id); !inserted) return because(inserted, "terms");
    if (record.registration) {
        auto inserted = insert_sealed(*record.registration, id);
        if (!inserted) return because(inserted, "sealed message");
        inserted = insert_notices(record, id);
        if (!inserted) return because(inserted, "notices");
    }
    if (!record.released.empty()) {
        auto released = inserts_.release.bind_all(record.released);
        if (released) released = inserts_.release.run();
        if (!released) return because(released, "release");
    }
    return id;
}

Result<void> EvidenceTable::insert_recipients(const EvidenceRecord& record, std::int64_t id) {
    std::int64_t position = 0;
    for (const RecipientEvidence& recipient : record.recipients) {
        auto bound = inserts_.recipient.bind_all(id, position++, recipient.address, recipient.domain,
                                                recipient.outcome, recipient.rule,
                                                recipient.explanation, recipient.verdict_json,
                                                recipient.kind, recipient.floor, recipient.exception);
        if (!bound) return bound;
        if (auto inserted = inserts_.recipient.run(); !inserted) return inserted;
    }
    return ok();
}

Result<void> EvidenceTable::insert_terms(const EvidenceRecord& record, std::int64_t id) {
    const std::int64_t time = record.time.time_since_epoch().count();
    for (const auto& [kind, value] : terms_of(record)) {
        if (value.empty()) continue;
        auto bound = inserts_.term.bind_all(static_cast<std::int64_t>(kind), term_value(kind, value),
                                           time, id);
        if (!bound) return bound;
        if (auto inserted = inserts_.term.run(); !inserted) return inserted;
    }
    return ok();
}

/// Two attempts at the same message may be under way at once: the second takes the recipients over,
/// and the copy that the first sealed is for nobody. Each recipient has one row, and so one notice.
Result<void> EvidenceTable::insert_sealed(const Registration& registration, std::int64_t id) {
    if (!registration.sealed) return ok();
    const SealedFacts& sealed = *registration.sealed;
    auto bound = inserts_.sealed.bind_all(sealed.id, id, registration.identity, sealed.epoch.str(),
                                          sealed.key_id, static_cast<std::int64_t>(sealed.size));
    if (!bound) return bound;
    if (auto inserted = inserts_.sealed.run(); !inserted) return inserted;
    for (const SealedFor& one : registration.kept) {
        bound = inserts_.sealed_recipient.bind_all(registration.identity, one.address, one.outcome,
                                                   sealed.id);
        if (!bound) return bound;
        if (auto inserted = inserts_.sealed_recipient.run(); !inserted) return inserted;
    }
    return ok();
}

Result<void> EvidenceTable::insert_notices(const EvidenceRecord& record, std::int64_t id) {
    for (const Notice& notice : record.registration->notices) {
        auto bound = inserts_.notice.bind_all(id, record.registration->identity, notice.about,
                                              notice.recipient, notice.content,
                                              record.time.time_since_epoch().count());
        if (!bound) return bound;
        if (auto inserted = inserts_.notice.run(); !inserted) return inserted;
    }
    return ok();
}

Result<void> EvidenceTable::update_outbox(const OutboxAttempt& attempt) {
    auto bound = inserts_.outbox.bind_all(attempt.id, to_string(attempt.state),
                                          attempt.due.time_since_epoch().count(), attempt.reply);
    if (!bound) return bound;
    return inserts_.outbox.run();
}

}  // namespace smarttls::store
