// SPDX-License-Identifier: Apache-2.0
//
// audit_log: whether the log in evidence.db is what it was when it was signed. One walk over the records in their
// order, in one read transaction, recomputes every leaf from its record and every hash above it, and compares them with
// those that are stored, and the root of each size with each checkpoint.
//
//     AuditQuestion question{verifier, outside, AuditDepth::Content};
//     Result<LogAudit> audit = audit_log(database, question);
//
// What was changed after it was signed shows even to who changes hashes along: the roots of checkpoints are then others.
// Who has the signing key as well can sign again; that shows in the checkpoints that are kept outside.
// Ownership: borrows the database. Threads: one. Errors: those of SQLite. Whatever is wrong with the log is a finding.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/log/checkpoint.h"
#include "store/sqlite.h"

namespace smarttls::store {

/// A checkpoint that was kept elsewhere.
struct OutsideCheckpoint {
    std::string name;  // for people: "checkpoint 2 of /mnt/usb/checkpoints"
    std::string note;
};

enum class AuditDepth {
    Log,      // facts, digests and commitments alone
    Content,  // and whether the encrypted parts are those that the digests are of
};

struct AuditQuestion {
    std::optional<NoteVerifier> verifier;  // without one the signatures of checkpoints in the database are not looked at
    std::vector<OutsideCheckpoint> outside;
    AuditDepth depth = AuditDepth::Content;
    std::string timestamp_ca = {};  // PEM file; empty: trusted timestamps of checkpoints are only counted
};

/// Sentences for people, of which there may be millions: the first ones, and how many.
class Findings {
  public:
    void add(std::string sentence);
    [[nodiscard]] const std::vector<std::string>& first() const { return first_; }
    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    std::vector<std::string> first_;
    std::uint64_t count_ = 0;
};

struct LogAudit {
    std::uint64_t records = 0;
    std::uint64_t parts = 0;
    std::uint64_t erased = 0;       // of these parts, those without content
    std::uint64_t checkpoints = 0;  // in the database that hold
    std::uint64_t outside = 0;      // kept outside that hold
    std::uint64_t timestamps = 0;   // that checkpoints in the database have
    std::uint64_t checked_timestamps = 0;  // of these, good ones
    EvidenceTime stamped_at{};      // the last good one
    std::string authority;          // whose it is
    std::uint64_t signed_size = 0;  // records that the last of either covers
    std::uint64_t outside_size = 0;  // records that the last one from outside covers
    EvidenceTime signed_at{};       // by the word of the database; when it has a checkpoint that holds
    Hash root{};
    Findings mistakes;
};

[[nodiscard]] Result<LogAudit> audit_log(Database& database, const AuditQuestion& question);

}  // namespace smarttls::store
