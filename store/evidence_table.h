// SPDX-License-Identifier: Apache-2.0
//
// EvidenceTable: the read-write connection to evidence.db with its prepared statements.
//
//     Result<EvidenceTable> table = EvidenceTable::open(settings.evidence);
//     Result<std::vector<std::int64_t>> ids = table->append(records);   // all or none, durable
//
// Each record is a leaf of the log (log/merkle.h), whose hashes are written in the same transaction. Another
// process may have appended in the meantime: the log is taken up where it stands.
// After a failed append the table must be thrown away and reopened: after a failed fsync the kernel
// may forget that pages of the log were never written. Opening therefore checkpoints: it writes all
// content of the log to the database file anew, syncs that, and empties the log.
// Ownership: owns the connection. Threads: one thread. Errors: those of SQLite (sqlite.h).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "store/checkpoints.h"
#include "store/evidence.h"
#include "store/log/merkle.h"
#include "store/outbox.h"
#include "store/record_preparer.h"
#include "store/registrations.h"
#include "store/sqlite.h"
#include "store/term_table.h"

namespace smarttls::store {

/// Up to where the log `source` of an MTA has become evidence; `text` is for its reader alone.
struct LogPosition {
    std::string source;
    std::string text;
};

class EvidenceTable {
  public:
    /// At start: creates the file when it is missing (not its directory) and upgrades it.
    [[nodiscard]] static Result<EvidenceTable> open(const std::string& path);
    /// After a failure: the file must be there and of this version, since an empty one in its place
    /// would hide a loss.
    [[nodiscard]] static Result<EvidenceTable> reopen(const std::string& path);
    /// For a command beside the one who writes, whom it never keeps waiting: the file must be there as above.
    [[nodiscard]] static Result<EvidenceTable> join(const std::string& path);

    /// One transaction, with what became of mail in the outbox and of checkpoints, and how far logs of an MTA have been read; the ids
    /// are in the order of the records. A change of an exception that is not possible any more is not recorded: id 0.
    [[nodiscard]] Result<std::vector<std::int64_t>> append(
        std::span<const PreparedRecord* const> records, std::span<const OutboxAttempt* const> attempts = {},
        std::span<const LogPosition* const> positions = {}, std::span<const CheckpointToken* const> tokens = {});

    /// As CheckpointSigner::sign().
    [[nodiscard]] Result<std::optional<StoredCheckpoint>> sign(const CheckpointSigner& signer, EvidenceTime now) {
        return signer.sign(database_, now);
    }

    /// One transaction: what `work` changes by itself, then the records that it returns.
    using Work = std::function<Result<std::vector<PreparedRecord>>(Database&)>;
    [[nodiscard]] Result<std::vector<std::int64_t>> change(const Work& work);
    /// No byte of what was overwritten is left in the write-ahead log. Temporary while somebody reads.
    [[nodiscard]] Result<void> empty_log() { return database_.checkpoint(); }

    /// Every page anew, and no free space that holds what was there once. Others cannot write meanwhile; it needs the room
    /// of the whole database once more.
    [[nodiscard]] Result<void> rebuild() { return database_.exec("VACUUM"); }

    [[nodiscard]] bool has_moved() const { return database_.has_moved(); }

  private:
    struct Inserts {
        Statement record;
        Statement part;
        Statement find_verdict;
        Statement verdict;
        Statement node;
        Statement position;
        Statement token;
    };
    EvidenceTable(Database database, Inserts inserts, Registrations registrations, TermTable terms)
        : database_(std::move(database)),
          inserts_(std::move(inserts)),
          registrations_(std::move(registrations)),
          terms_(std::move(terms)) {}
    static Result<EvidenceTable> prepare(Database database, const std::string& context);
    /// Inside the transaction: the log as the last one who wrote has left it.
    Result<void> take_up_log();
    Result<std::vector<std::int64_t>> insert_all(std::span<const PreparedRecord* const> records);
    Result<std::int64_t> insert(const PreparedRecord& prepared);
    Result<void> insert_parts(const PreparedRecord& prepared, std::int64_t id);
    Result<void> insert_part(const PreparedRecord& prepared, std::size_t number, std::int64_t id);
    Result<std::optional<std::int64_t>> verdict_id(const std::string& json);
    Result<void> insert_leaf(const PreparedRecord& prepared);
    Result<void> keep_position(const LogPosition& position);
    Result<void> set_token(const CheckpointToken& token);

    Database database_;
    Inserts inserts_;
    Registrations registrations_;
    TermTable terms_;
    MerkleAppender log_;
};

}  // namespace smarttls::store
