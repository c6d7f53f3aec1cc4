// SPDX-License-Identifier: Apache-2.0
//
// CheckpointWatch: has an authority put its time on the newest checkpoint of the evidence log (RFC 3161, [store]
// timestamp-url), and tells the log when checkpoints cannot be signed.
//
//     CheckpointWatch watch(config.store, writer);
//
// Mail waits for none of it. When the authority fails, it is asked again for the next checkpoint; which one has a
// token, "smarttls evidence verify" says.
// Ownership: borrows the writer. Threads: one of its own. Errors: logged, each change of them once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "policy/config.h"
#include "store/evidence_writer.h"

namespace smarttls::milter {

class CheckpointWatch {
  public:
    CheckpointWatch(const policy::StoreSettings& settings, store::EvidenceWriter& writer,
                    std::chrono::milliseconds interval = std::chrono::seconds(5));
    ~CheckpointWatch();
    CheckpointWatch(const CheckpointWatch&) = delete;
    CheckpointWatch& operator=(const CheckpointWatch&) = delete;

  private:
    /// What was said last about one thing, so that it is not said each time.
    struct Told {
        std::string failure;
        void tell(const policy::Result<void>& result);
    };
    void run();
    [[nodiscard]] policy::Result<void> stamp_newest();

    const policy::StoreSettings settings_;
    const std::chrono::milliseconds interval_;
    store::EvidenceWriter& writer_;

    // The thread's own.
    Told signing_;
    Told stamping_;
    std::uint64_t asked_ = 0;  // size of the checkpoint for which the authority was asked last
    policy::Result<void> answer_ = policy::ok();  // and how that ended

    // Guarded by mutex_.
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopping_ = false;

    std::thread thread_;  // the last member: it starts when all others are there
};

/// A token of the authority over the note, checked; it blocks for half a minute at most.
[[nodiscard]] policy::Result<store::Bytes> stamp(const policy::StoreSettings& settings, const std::string& note);

}  // namespace smarttls::milter
