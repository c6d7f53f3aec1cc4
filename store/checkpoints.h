// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints: what the log of the evidence was at one size, signed (log/checkpoint.h), as they lie in evidence.db
// and, with [store] checkpoint-file, in a file that is there to be taken elsewhere.
//
//     Result<CheckpointSigner> signer = CheckpointSigner::open(settings);     // makes the key when it is missing
//     Result<std::optional<StoredCheckpoint>> newest = signer->sign(database, now);
//
// Several processes append and sign: the root is computed inside a transaction. What does not continue the newest
// checkpoint is never signed, so that a log that was cut or rewritten does not get a signature by itself. The file gets
// its note when the checkpoint is committed; a crash in between leaves it without this one, and the next says the same
// and more.
// Ownership: a signer holds the private key; databases are borrowed. Threads: one. Errors: those of SQLite and of
// the key (log/note_key.h); Corrupt (the log does not continue what was signed).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"
#include "store/log/checkpoint.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct StoredCheckpoint {
    std::uint64_t size = 0;
    EvidenceTime time{};  // when we signed it, by our own word
    std::string note;
    Bytes token;  // of a timestamp (log/timestamp.h); empty: there is none
};

/// Somebody else's word about the time of the checkpoint of this size.
struct CheckpointToken {
    std::uint64_t size = 0;
    Bytes token;
};

[[nodiscard]] Result<std::optional<StoredCheckpoint>> newest_checkpoint(Database& database);

/// For who reads `path` now and then.
[[nodiscard]] Result<std::optional<StoredCheckpoint>> newest_checkpoint(const std::string& path);

/// The origin, size and root that a note says, whoever has signed it.
[[nodiscard]] Result<Checkpoint> claimed_checkpoint(std::string_view note);

/// The notes of a file into which one after the other was written; CR at the end of a line does not count.
[[nodiscard]] std::vector<std::string> split_notes(std::string_view text);

class CheckpointSigner {
  public:
    /// The key is created when it is missing.
    [[nodiscard]] static Result<CheckpointSigner> open(const policy::StoreSettings& settings);

    /// The newest checkpoint, which is a new one when the log has grown; nothing while the log is empty.
    [[nodiscard]] Result<std::optional<StoredCheckpoint>> sign(Database& database, EvidenceTime now) const;

    [[nodiscard]] const NoteVerifier& verifier() const { return signer_.verifier(); }

  private:
    CheckpointSigner(NoteSigner signer, std::string file) : signer_(std::move(signer)), file_(std::move(file)) {}
    Result<StoredCheckpoint> sign_now(Database& database, EvidenceTime now) const;

    NoteSigner signer_;
    std::string file_;
};

}  // namespace smarttls::store
