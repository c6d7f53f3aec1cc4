// SPDX-License-Identifier: Apache-2.0
#include "store/message_keys.h"

#include <algorithm>
#include <array>

#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kContext = "message keys";
constexpr std::array<std::string_view, 1> kMigrations{
    // `secrets`: 32 bytes for each part of the record, zeros where it was erased.
    R"sql(
CREATE TABLE message_key (
    id      TEXT PRIMARY KEY,
    epoch   TEXT NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE record_key (
    id      BLOB PRIMARY KEY,
    epoch   TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    secrets BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)sql"};

constexpr std::string_view kInsertMessage = "INSERT INTO message_key (id, epoch, wrapped) VALUES (?1, ?2, ?3)";
constexpr std::string_view kInsertRecord =
    "INSERT INTO record_key (id, epoch, wrapped, secrets) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view kUpdateRecord = "UPDATE record_key SET secrets = ?2 WHERE id = ?1";
constexpr std::string_view kRemoveRecord = "DELETE FROM record_key WHERE id = ?1";
constexpr std::string_view kFindMessage = "SELECT wrapped FROM message_key WHERE id = ?1";
constexpr std::string_view kFindRecord = "SELECT epoch, wrapped, secrets FROM record_key WHERE id = ?1";

Result<Database> open_existing(const std::string& path, OpenMode mode) {
    Result<Database> database = Database::open(path, mode);
    if (!database) return because(database, kContext);
    if (auto same = require_version(*database, kMigrations.size()); !same) return because(same, "message keys " + path);
    return database;
}

}  // namespace

Result<MessageKeys> MessageKeys::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadWrite);
    if (!database) return because(database, kContext);
    // As in EvidenceTable: what a failed fsync left in the log must not precede new keys.
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, path);
    if (auto migrated = migrate(*database, kMigrations); !migrated) return because(migrated, path);
    return MessageKeys(*std::move(database));
}

Result<MessageKeys> MessageKeys::reopen(const std::string& path) {
    auto database = open_existing(path, OpenMode::Existing);
    if (!database) return tl::unexpected(database.error());
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, path);
    return MessageKeys(*std::move(database));
}

Result<MessageKeys> MessageKeys::join(const std::string& path) {
    auto database = open_existing(path, OpenMode::Existing);
    if (!database) return tl::unexpected(database.error());
    if (auto moved = database->checkpoint_beside_others(); !moved) return because(moved, path);
    return MessageKeys(*std::move(database));
}

Result<MessageKeys> MessageKeys::open_read_only(const std::string& path) {
    auto database = open_existing(path, OpenMode::ReadOnly);
    if (!database) return tl::unexpected(database.error());
    return MessageKeys(*std::move(database));
}

Result<void> MessageKeys::append(std::span<const SealedFacts* const> messages,
                                 std::span<const SealedRecord* const> records) {
    Result<Transaction> transaction = Transaction::begin(database_);
    if (!transaction) return because(transaction, kContext);
    if (auto inserted = insert(messages); !inserted) return because(inserted, kContext);
    if (auto inserted = insert(records); !inserted) return because(inserted, kContext);
    if (auto committed = transaction->commit(); !committed) return because(committed, kContext);
    return ok();
}

Result<void> MessageKeys::insert(std::span<const SealedFacts* const> messages) {
    if (messages.empty()) return ok();
    Result<Statement> insert = database_.prepare(kInsertMessage);
    if (!insert) return tl::unexpected(insert.error());
    for (const SealedFacts* message : messages) {
        auto bound = insert->bind_all(message->id, message->epoch.str());
        if (bound) bound = insert->bind_blob(3, message->wrapped_key);
        if (!bound) return bound;
        if (auto inserted = insert->run(); !inserted) return inserted;
    }
    return ok();
}

Result<void> MessageKeys::insert(std::span<const SealedRecord* const> records) {
    if (records.empty()) return ok();
    Result<Statement> insert = database_.prepare(kInsertRecord);
    if (!insert) return tl::unexpected(insert.error());
    for (const SealedRecord* record : records) {
        auto bound = insert->bind_blob(1, record->id);
        if (bound) bound = insert->bind(2, record->key.epoch.str());
        if (bound) bound = insert->bind_blob(3, record->key.wrapped);
        if (bound) bound = insert->bind_blob(4, record->key.secrets);
        if (!bound) return bound;
        if (auto inserted = insert->run(); !inserted) return inserted;
    }
    return ok();
}

Result<void> MessageKeys::destroy(std::span<const RecordParts> parts, std::span<const std::string> messages,
                                  std::span<const SealedRecord* const> told) {
    Result<Transaction> transaction = Transaction::begin(database_);
    if (!transaction) return because(transaction, kContext);
    for (const RecordParts& one : parts) {
        if (auto destroyed = destroy(one); !destroyed) return because(destroyed, kContext);
    }
    Result<Statement> remove = database_.prepare("DELETE FROM message_key WHERE id = ?1");
    if (!remove) return because(remove, kContext);
    for (const std::string& message : messages) {
        auto removed = remove->bind_all(message);
        if (removed) removed = remove->run();
        if (!removed) return because(removed, kContext);
    }
    if (auto inserted = insert(told); !inserted) return because(inserted, kContext);
    if (auto committed = transaction->commit(); !committed) return because(committed, kContext);
    return ok();
}

Result<void> MessageKeys::destroy(const RecordParts& parts) {
    auto key = find(parts.record);
    if (!key) return tl::unexpected(key.error());
    if (!*key) return ok();
    std::vector<std::uint8_t>& secrets = (*key)->secrets;
    for (const std::size_t number : parts.numbers) {
        const std::size_t start = number * kPartSecretSize;
        if (start + kPartSecretSize > secrets.size()) continue;
        std::fill_n(secrets.begin() + static_cast<std::ptrdiff_t>(start), kPartSecretSize, std::uint8_t{0});
    }
    const bool is_empty = std::all_of(secrets.begin(), secrets.end(), [](std::uint8_t byte) { return byte == 0; });
    Result<Statement> change = database_.prepare(is_empty ? kRemoveRecord : kUpdateRecord);
    if (!change) return tl::unexpected(change.error());
    auto bound = change->bind_blob(1, parts.record);
    if (bound && !is_empty) bound = change->bind_blob(2, secrets);
    return bound ? change->run() : bound;
}

Result<std::vector<Epoch>> MessageKeys::epochs() {
    auto select = database_.prepare("SELECT epoch FROM record_key UNION SELECT epoch FROM message_key");
    if (!select) return because(select, kContext);
    std::vector<Epoch> found;
    Result<bool> row = select->step();
    for (; row && *row; row = select->step()) {
        const auto epoch = Epoch::parse(select->text(0));
        if (!epoch) return because(epoch, kContext);
        found.push_back(*epoch);
    }
    if (!row) return because(row, kContext);
    return found;
}

Result<std::optional<MessageKeys::WrappedKey>> MessageKeys::find(const std::string& id) {
    Result<Statement> select = database_.prepare(kFindMessage);
    if (!select) return because(select, kContext);
    if (auto bound = select->bind(1, id); !bound) return because(bound, kContext);
    const Result<bool> row = select->step();
    if (!row) return because(row, kContext);
    if (!*row) return std::optional<WrappedKey>{};
    return std::optional(select->blob(0));
}

Result<std::optional<RecordKey>> MessageKeys::find(const RecordId& id) {
    if (!find_record_) {
        auto select = database_.prepare(kFindRecord);
        if (!select) return because(select, kContext);
        find_record_ = *std::move(select);
    }
    find_record_->reset();
    if (auto bound = find_record_->bind_blob(1, id); !bound) return because(bound, kContext);
    const Result<bool> row = find_record_->step();
    if (!row) return because(row, kContext);
    if (!*row) return std::optional<RecordKey>{};
    const auto epoch = Epoch::parse(find_record_->text(0));
    if (!epoch) return because(epoch, kContext);
    RecordKey key{*epoch, find_record_->blob(1), find_record_->blob(2)};
    find_record_->reset();  // or the reading of this moment would go on
    return std::optional(std::move(key));
}

}  // namespace smarttls::store
