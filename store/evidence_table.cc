// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_table.h"

#include <utility>

#include "store/evidence_log.h"
#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kInsertRecord = "INSERT INTO record (id, uuid, time, facts) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view kInsertPart =
    "INSERT INTO part (record, number, digest, commitment, address, domain, outcome, floor, verdict, content)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
constexpr std::string_view kFindVerdict = "SELECT id FROM verdict WHERE sha256 = ?1";
constexpr std::string_view kInsertVerdict = "INSERT INTO verdict (sha256, json) VALUES (?1, ?2)";
constexpr std::string_view kSetToken = "UPDATE checkpoint SET token = ?2 WHERE size = ?1 AND token IS NULL";
constexpr std::string_view kKeepPosition =
    "INSERT INTO delivery_position (source, position) VALUES (?1, ?2)"
    " ON CONFLICT (source) DO UPDATE SET position = excluded.position";
// The newest segment of terms and what else grows at its end stay in memory, and a page that each append changes is
// written back from the log to the database once for some hundreds of them: the log grows to 16 MiB.
constexpr const char* kCache = "PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4096";
constexpr std::string_view kInsertNode = "INSERT INTO node (position, hash) VALUES (?1, ?2)";

Result<void> bind_optional(Statement& statement, int index, const std::string& text) {
    return text.empty() ? statement.bind_null(index) : statement.bind(index, text);
}

std::string context_of(const std::string& path) { return "evidence database " + path; }

Result<Database> open_existing(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::Existing);
    if (!database) return because(database, "evidence");
    if (auto same = require_version(*database, evidence_migrations().size()); !same) return because(same, context_of(path));
    return database;
}

}  // namespace

Result<EvidenceTable> EvidenceTable::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadWrite);
    if (!database) return because(database, "evidence");
    const std::string context = context_of(path);
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, context);
    if (auto migrated = migrate(*database, evidence_migrations()); !migrated) return because(migrated, context);
    return prepare(*std::move(database), context);
}

Result<EvidenceTable> EvidenceTable::reopen(const std::string& path) {
    auto database = open_existing(path);
    if (!database) return tl::unexpected(database.error());
    const std::string context = context_of(path);
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, context);
    return prepare(*std::move(database), context);
}

Result<EvidenceTable> EvidenceTable::join(const std::string& path) {
    auto database = open_existing(path);
    if (!database) return tl::unexpected(database.error());
    const std::string context = context_of(path);
    if (auto moved = database->checkpoint_beside_others(); !moved) return because(moved, context);
    return prepare(*std::move(database), context);
}

Result<EvidenceTable> EvidenceTable::prepare(Database database, const std::string& context) {
    std::vector<Statement> prepared;
    for (const std::string_view sql : {kInsertRecord, kInsertPart, kFindVerdict, kInsertVerdict, kInsertNode, kKeepPosition, kSetToken}) {
        Result<Statement> statement = database.prepare(sql);
        if (!statement) return because(statement, context);
        prepared.push_back(*std::move(statement));
    }
    auto registrations = Registrations::prepare(database);
    if (!registrations) return because(registrations, context);
    auto terms = TermTable::prepare(database);
    if (!terms) return because(terms, context);
    if (auto set = database.exec(kCache); !set) return because(set, context);
    return EvidenceTable(std::move(database),
                         {std::move(prepared[0]), std::move(prepared[1]), std::move(prepared[2]),
                          std::move(prepared[3]), std::move(prepared[4]), std::move(prepared[5]),
                          std::move(prepared[6])},
                         *std::move(registrations), *std::move(terms));
}

Result<std::vector<std::int64_t>> EvidenceTable::append(std::span<const PreparedRecord* const> records,
                                                        std::span<const OutboxAttempt* const> attempts,
                                                        std::span<const LogPosition* const> positions,
                                                        std::span<const CheckpointToken* const> tokens) {
    Result<Transaction> transaction = Transaction::begin(database_);
    if (!transaction) return because(transaction, "evidence");
    auto ids = insert_all(records);
    if (!ids) return ids;
    for (const OutboxAttempt* attempt : attempts) {
        if (auto updated = registrations_.update_outbox(*attempt); !updated) return because(updated, "outbox");
    }
    for (const LogPosition* position : positions) {
        if (auto kept = keep_position(*position); !kept) return because(kept, "position");
    }
    for (const CheckpointToken* token : tokens) {
        if (auto set = set_token(*token); !set) return because(set, "timestamp of a checkpoint");
    }
    if (auto committed = transaction->commit(); !committed) return because(committed, "evidence");
    return ids;
}

Result<std::vector<std::int64_t>> EvidenceTable::change(const Work& work) {
    Result<Transaction> transaction = Transaction::begin(database_);
    if (!transaction) return because(transaction, "evidence");
    auto records = work(database_);
    if (!records) return tl::unexpected(records.error());
    std::vector<const PreparedRecord*> pointers;
    for (const PreparedRecord& record : *records) pointers.push_back(&record);
    auto ids = insert_all(pointers);
    if (!ids) return ids;
    if (auto committed = transaction->commit(); !committed) return because(committed, "evidence");
    return ids;
}

Result<std::vector<std::int64_t>> EvidenceTable::insert_all(std::span<const PreparedRecord* const> records) {
    if (auto taken = take_up_log(); !taken) return because(taken, "evidence log");
    if (auto taken = terms_.take_up(); !taken) return because(taken, "terms");
    std::vector<std::int64_t> ids;
    for (const PreparedRecord* record : records) {
        const Result<std::int64_t> id = insert(*record);
        if (!id) return because(id, "evidence");
        ids.push_back(*id);
    }
    return ids;
}

Result<void> EvidenceTable::take_up_log() {
    const auto size = log_size(database_);
    if (!size) return tl::unexpected(size.error());
    if (*size == log_.size()) return ok();
    auto log = load_log(database_, *size);
    if (!log) return tl::unexpected(log.error());
    log_ = *std::move(log);
    return ok();
}

Result<std::int64_t> EvidenceTable::insert(const PreparedRecord& prepared) {
    const EvidenceRecord& record = prepared.record;
    if (record.exception) {
        const Result<bool> changed = registrations_.change_exception(record);
        if (!changed) return tl::unexpected(changed.error());
        if (!*changed) return std::int64_t{0};
    }
    const auto id = static_cast<std::int64_t>(log_.size()) + 1;
    const std::int64_t time = record.time.time_since_epoch().count();
    if (auto inserted = terms_.insert(prepared.terms, time, id); !inserted) return because(inserted, "terms");
    auto bound = inserts_.record.bind(1, id);
    if (bound) bound = inserts_.record.bind_blob(2, prepared.sealed.id);
    if (bound) bound = inserts_.record.bind(3, time);
    if (bound) bound = inserts_.record.bind(4, prepared.sealed.facts);
    if (bound) bound = inserts_.record.run();
    if (!bound) return because(bound, "record");
    if (auto inserted = insert_parts(prepared, id); !inserted) return because(inserted, "parts");
    if (auto inserted = insert_leaf(prepared); !inserted) return because(inserted, "log");
    if (auto registered = registrations_.insert(prepared, id); !registered) return tl::unexpected(registered.error());
    return id;
}

Result<void> EvidenceTable::set_token(const CheckpointToken& token) {
    auto bound = inserts_.token.bind(1, static_cast<std::int64_t>(token.size));
    if (bound) bound = inserts_.token.bind_blob(2, token.token);
    return bound ? inserts_.token.run() : bound;
}

Result<void> EvidenceTable::insert_parts(const PreparedRecord& prepared, std::int64_t id) {
    for (std::size_t number = 0; number < prepared.parts.size(); ++number) {
        if (auto inserted = insert_part(prepared, number, id); !inserted) return inserted;
    }
    return ok();
}

Result<void> EvidenceTable::insert_part(const PreparedRecord& prepared, std::size_t number, std::int64_t id) {
    const SealedPart& part = prepared.sealed.parts[number];
    const PartIndex& index = prepared.parts[number];
    const auto verdict = number == 0 ? Result<std::optional<std::int64_t>>(std::nullopt)
                                     : verdict_id(prepared.record.recipients[number - 1].verdict_json);
    if (!verdict) return tl::unexpected(verdict.error());
    Statement& insert = inserts_.part;
    auto bound = insert.bind_all(id, static_cast<std::int64_t>(number));
    if (bound) bound = insert.bind_blob(3, part.stub.digest);
    if (bound) bound = insert.bind_blob(4, part.stub.commitment);
    if (bound) bound = insert.bind_blob(5, index.address);
    if (bound) bound = bind_optional(insert, 6, index.domain);
    if (bound) bound = bind_optional(insert, 7, index.outcome);
    if (bound) bound = bind_optional(insert, 8, index.floor);
    if (bound) bound = *verdict ? insert.bind(9, **verdict) : insert.bind_null(9);
    if (bound) bound = insert.bind_blob(10, part.ciphertext);
    return bound ? insert.run() : bound;
}

Result<std::optional<std::int64_t>> EvidenceTable::verdict_id(const std::string& json) {
    if (json.empty()) return std::optional<std::int64_t>{};
    const Hash digest = sha256(bytes_of(json));
    Statement& find = inserts_.find_verdict;
    auto bound = find.bind_blob(1, digest);
    if (!bound) return tl::unexpected(bound.error());
    const Result<bool> is_known = find.step();
    if (!is_known) return tl::unexpected(is_known.error());
    const std::int64_t known = *is_known ? find.integer(0) : 0;
    find.reset();
    if (*is_known) return std::optional(known);
    bound = inserts_.verdict.bind_blob(1, digest);
    if (bound) bound = inserts_.verdict.bind(2, json);
    if (bound) bound = inserts_.verdict.run();
    if (!bound) return tl::unexpected(bound.error());
    return std::optional(database_.last_insert_id());
}

Result<void> EvidenceTable::keep_position(const LogPosition& position) {
    auto bound = inserts_.position.bind_all(position.source, position.text);
    return bound ? inserts_.position.run() : bound;
}

Result<void> EvidenceTable::insert_leaf(const PreparedRecord& prepared) {
    const auto nodes = log_.append(leaf_hash(prepared.leaf));
    if (!nodes) return tl::unexpected(nodes.error());
    for (const Node& node : *nodes) {
        auto bound = inserts_.node.bind(1, static_cast<std::int64_t>(node.position));
        if (bound) bound = inserts_.node.bind_blob(2, node.hash);
        if (bound) bound = inserts_.node.run();
        if (!bound) return bound;
    }
    return ok();
}

}  // namespace smarttls::store
