// SPDX-License-Identifier: Apache-2.0
//
// EvidenceTable: the read-write connection to evidence.db with its prepared statements.
//
//     Result<EvidenceTable> table = EvidenceTable::open(path);
//     Result<std::vector<std::int64_t>> ids = table->append(records);   // all or none, durable
//
// After a failed append the table must be thrown away and reopened: after a failed fsync the kernel
// may forget that pages of the log were never written. Opening therefore checkpoints: it writes all
// content of the log to the database file anew, syncs that, and empties the log.
// Ownership: owns the connection. Threads: one thread. Errors: those of SQLite (sqlite.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/outbox.h"
#include "store/sqlite.h"

namespace smarttls::store {

class EvidenceTable {
  public:
    /// At start: creates the file when it is missing (not its directory) and upgrades it.
    [[nodiscard]] static Result<EvidenceTable> open(const std::string& path);
    /// After a failure: the file must be there and of this version, since an empty one in its place
    /// would hide a loss.
    [[nodiscard]] static Result<EvidenceTable> reopen(const std::string& path);

    /// One transaction, with what became of mail in the outbox; the ids are in the order of the records. A
    /// change of an exception that is not possible any more is not recorded: id 0.
    [[nodiscard]] Result<std::vector<std::int64_t>> append(
        std::span<const EvidenceRecord* const> records,
        std::span<const OutboxAttempt* const> attempts = {});

    [[nodiscard]] bool has_moved() const { return database_.has_moved(); }

  private:
    struct Inserts {
        Statement evidence;
        Statement recipient;
        Statement term;
        Statement sealed;
        Statement sealed_recipient;
        Statement notice;
        Statement outbox;
        Statement release;
        Statement exception;
        Statement exception_update;
    };
    EvidenceTable(Database database, Inserts inserts)
        : database_(std::move(database)), inserts_(std::move(inserts)) {}
    static Result<EvidenceTable> prepare(Database database, const std::string& path);
    Result<std::int64_t> insert(const EvidenceRecord& record);
    /// False when the exception has come to its end, or to this very state, already.
    Result<bool> change_exception(const EvidenceRecord& record);
    Result<void> insert_recipients(const EvidenceRecord& record, std::int64_t id);
    Result<void> insert_terms(const EvidenceRecord& record, std::int64_t id);
    Result<void> insert_sealed(const Registration& registration, std::int64_t id);
    Result<void> insert_notices(const EvidenceRecord& record, std::int64_t id);
    Result<void> update_outbox(const OutboxAttempt& attempt);

    Database database_;
    Inserts inserts_;
};

}  // namespace smarttls::store
