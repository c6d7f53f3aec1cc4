// SPDX-License-Identifier: Apache-2.0
#include "store/message_keys.h"

#include <array>

#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::array<std::string_view, 1> kMigrations{
    R"sql(
CREATE TABLE message_key (
    id      TEXT PRIMARY KEY,
    epoch   TEXT NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;
)sql"};

constexpr std::string_view kInsert =
    "INSERT INTO message_key (id, epoch, wrapped) VALUES (?1, ?2, ?3)";
constexpr std::string_view kFind = "SELECT wrapped FROM message_key WHERE id = ?1";

}  // namespace

Result<MessageKeys> MessageKeys::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadWrite);
    if (!database) return because(database, "message keys");
    // As in EvidenceTable: what a failed fsync left in the log must not precede new keys.
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, path);
    if (auto migrated = migrate(*database, kMigrations); !migrated) return because(migrated, path);
    return MessageKeys(*std::move(database));
}

Result<MessageKeys> MessageKeys::open_read_only(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return because(database, "message keys");
    auto same = require_version(*database, kMigrations.size());
    if (!same) return because(same, "message keys " + path);
    return MessageKeys(*std::move(database));
}

Result<void> MessageKeys::append(std::span<const SealedFacts* const> messages) {
    constexpr std::string_view kContext = "message keys";
    Result<Transaction> transaction = Transaction::begin(database_);
    if (!transaction) return because(transaction, kContext);
    Result<Statement> insert = database_.prepare(kInsert);
    if (!insert) return because(insert, kContext);
    for (const SealedFacts* message : messages) {
        auto bound = insert->bind_all(message->id, message->epoch.str());
        if (bound) bound = insert->bind_blob(3, message->wrapped_key);
        if (!bound) return because(bound, kContext);
        if (auto inserted = insert->run(); !inserted) return because(inserted, kContext);
    }
    if (auto committed = transaction->commit(); !committed) return because(committed, kContext);
    return ok();
}

Result<std::optional<MessageKeys::WrappedKey>> MessageKeys::find(const std::string& id) {
    Result<Statement> select = database_.prepare(kFind);
    if (!select) return because(select, "message keys");
    if (auto bound = select->bind(1, id); !bound) return because(bound, "message keys");
    const Result<bool> row = select->step();
    if (!row) return because(row, "message keys");
    if (!*row) return std::optional<WrappedKey>{};
    return std::optional(select->blob(0));
}

}  // namespace smarttls::store
