// SPDX-License-Identifier: Apache-2.0
//
// CheckpointAudit: compares the log, as it grows again in an audit (log_audit.h), with each checkpoint that was ever
// signed: those in the database and those that were kept elsewhere.
//
//     Result<CheckpointAudit> checkpoints = CheckpointAudit::open(database, question);
//     checkpoints->compare(log, audit);            // after each leaf
//     checkpoints->finish(log.size(), audit);      // those that the log never reached
//
// Ownership: a statement of the database. Threads: one. Errors: those of SQLite; what is wrong is a finding.
#pragma once

#include <deque>
#include <optional>

#include "store/log_audit.h"

namespace smarttls::store {

class CheckpointAudit {
  public:
    [[nodiscard]] static Result<CheckpointAudit> open(Database& database, const AuditQuestion& question);

    Result<void> compare(const MerkleAppender& log, LogAudit& audit);
    Result<void> finish(std::uint64_t size, LogAudit& audit);

  private:
    struct Kept {
        std::string name;
        Checkpoint checkpoint;
    };
    CheckpointAudit(Statement rows, std::optional<NoteVerifier> verifier, std::string timestamp_ca)
        : rows_(std::move(rows)), verifier_(std::move(verifier)), timestamp_ca_(std::move(timestamp_ca)) {}
    [[nodiscard]] Result<Checkpoint> read(const std::string& note) const;
    void sort_outside(const std::vector<OutsideCheckpoint>& outside);
    Result<void> next_row();
    /// The root that the row's note says; nothing, and a finding, when it proves nothing.
    std::optional<Hash> root_of_row(LogAudit& audit);
    void compare_row(const Hash& root, LogAudit& audit);
    void check_timestamp(LogAudit& audit);
    void compare_outside(const Kept& kept, const Hash& root, LogAudit& audit);

    Statement rows_;
    bool has_row_ = false;
    std::uint64_t row_size_ = 0;
    std::optional<NoteVerifier> verifier_;
    std::string timestamp_ca_;
    std::deque<Kept> outside_;  // by size
    std::vector<std::string> unproved_;
};

}  // namespace smarttls::store
