// SPDX-License-Identifier: Apache-2.0
//
// EvidenceWriter: evidence is durable before anybody is told so. One thread owns the only
// read-write connection and commits in one transaction whatever has gathered since its last commit.
//
//     Result<std::unique_ptr<EvidenceWriter>> writer = EvidenceWriter::open(path);
//     Result<std::int64_t> id = (*writer)->append(record, deadline);   // success: it is on disk
//
// A waiter whose deadline passes gets Temporary. Its record is withdrawn when the thread has not
// taken it yet; else it may still be committed: evidence of an attempt, which the sender's retry
// follows under an id of its own. Records are encrypted in the thread of their caller. Their keys are committed at the same
// time as they, those of sealed messages before. A failed commit fails every record of its batch; the connection
// is then closed and opened again at the next append, so that a full disk needs no restart once
// there is room. A database that is moved from its path is waited for, never replaced by an empty
// one. Threads: append and counters from any; stop and the destructor from the owner. Errors:
// Temporary, Corrupt, Misconfigured (database newer than the program), Bug.
// When the log has grown, the same thread signs a checkpoint of it each minute and at the end (checkpoints.h).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "policy/config.h"
#include "policy/deadline.h"
#include "policy/mutex.h"
#include "policy/result.h"
#include "store/checkpoints.h"
#include "store/evidence.h"
#include "store/commit_thread.h"
#include "store/event_feed.h"
#include "store/evidence_table.h"
#include "store/message_keys.h"
#include "store/record_preparer.h"

namespace smarttls::store {

/// How long a record waits for its checkpoint at most.
inline constexpr std::chrono::milliseconds kCheckpointInterval = std::chrono::minutes(1);

class EvidenceWriter {
  public:
    /// Creates databases and keys of its own when they are missing; their directories have to be there, and
    /// a public key.
    [[nodiscard]] static Result<std::unique_ptr<EvidenceWriter>> open(
        const policy::StoreSettings& settings, std::chrono::milliseconds checkpoint_interval = kCheckpointInterval);
    EvidenceWriter(const EvidenceWriter&) = delete;
    EvidenceWriter& operator=(const EvidenceWriter&) = delete;
    ~EvidenceWriter();

    /// Blocks until the record is committed and synced; its id.
    [[nodiscard]] Result<std::int64_t> append(const EvidenceRecord& record,
                                              policy::Deadline deadline);

    /// The same for what an MTA's log told, together with how far it was read.
    [[nodiscard]] Result<void> append(std::span<const EvidenceRecord> records, const LogPosition& position,
                                      policy::Deadline deadline);

    /// The same for what became of mail in the outbox.
    [[nodiscard]] Result<void> note(const OutboxAttempt& attempt, policy::Deadline deadline);
    /// And for the timestamp of a checkpoint; one that has a token keeps it.
    [[nodiscard]] Result<void> note(const CheckpointToken& token, policy::Deadline deadline);

    /// How the last attempt to sign a checkpoint ended.
    [[nodiscard]] Result<void> signing() const;

    /// By which recipients are known in the store.
    [[nodiscard]] const AddressKey& addresses() const { return preparer_.addresses(); }

    /// Commits what has gathered, signs a checkpoint and ends the thread; later appends get Temporary.
    void stop();

    struct Counters {
        std::uint64_t waiting = 0;   // callers inside append now
        std::uint64_t queued = 0;    // of these, the ones that the thread has not taken yet
        std::uint64_t appended = 0;  // records committed
        std::uint64_t commits = 0;   // transactions that committed them
        std::uint64_t failures = 0;  // transactions that failed
        std::uint64_t untold = 0;    // transactions whose events could not be written to their file
    };
    [[nodiscard]] Counters counters() const;

  private:
    struct Request;
    class KeyCommit;
    using Batch = std::vector<std::shared_ptr<Request>>;
    using Ids = std::vector<std::int64_t>;

    struct Parts {
        RecordPreparer preparer;
        CheckpointSigner signer;
        EvidenceTable table;
        MessageKeys keys;
    };
    EvidenceWriter(const policy::StoreSettings& settings, std::chrono::milliseconds interval, Parts parts);
    Result<std::int64_t> submit(const std::shared_ptr<Request>& request, policy::Deadline deadline);
    static std::vector<const PreparedRecord*> records_of(const Batch& batch);
    static std::vector<const OutboxAttempt*> attempts_of(const Batch& batch);
    static std::vector<const LogPosition*> positions_of(const Batch& batch);
    static std::vector<const CheckpointToken*> tokens_of(const Batch& batch);
    Result<std::int64_t> wait(policy::Lock& lock, const std::shared_ptr<Request>& request,
                              policy::Deadline deadline) SMARTTLS_REQUIRES(mutex_);
    void run();
    Batch gather();
    [[nodiscard]] bool has_ended() const;
    void sign() noexcept;
    [[nodiscard]] Result<void> sign_checkpoint();
    Result<Ids> commit(const Batch& batch) noexcept;
    Result<void> ensure_open();
    Result<void> commit_keys(const Batch& batch);
    static bool brings_sealed_message(const Batch& batch);
    Result<Ids> give_up_keys(const Result<void>& failed);
    void settle(const Batch& batch, const Result<Ids>& ids);
    void set_outcomes(const Batch& batch, const Result<Ids>& ids);
    void tell(const Batch& batch, const Ids& ids);

    const std::string path_;
    const std::string keys_path_;
    const std::chrono::milliseconds interval_;
    const RecordPreparer preparer_;
    const CheckpointSigner signer_;
    const EventFeed feed_;

    CommitThread key_thread_;  // commits the keys while the thread commits the records

    // The thread's own.
    policy::Deadline next_checkpoint_;
    std::optional<EvidenceTable> table_;
    std::optional<MessageKeys> keys_;

    mutable policy::Mutex mutex_;
    std::condition_variable gathered_;  // for the thread: queue_ or stopping_ has changed
    Batch queue_ SMARTTLS_GUARDED_BY(mutex_);
    Counters counters_ SMARTTLS_GUARDED_BY(mutex_);
    bool stopping_ SMARTTLS_GUARDED_BY(mutex_) = false;
    Result<void> signing_ SMARTTLS_GUARDED_BY(mutex_) = policy::ok();

    std::thread thread_;  // the last member: it starts when all others are there
};

}  // namespace smarttls::store
