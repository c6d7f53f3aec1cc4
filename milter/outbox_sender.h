// SPDX-License-Identifier: Apache-2.0
//
// OutboxSender: hands the mail of the outbox (store/outbox.h) to the MTA on this machine, each item at
// least once, and writes down what became of it. An attempt that fails is repeated with growing pauses for
// five days, as the MTA's own queue would; what is refused for good, or is still unsent then, stays as a dead
// letter, in the log and in `smarttls outbox list`.
//
//     OutboxSender sender(config, writer);   // begins with what an earlier run has left
//     sender.wake();                         // something was put in
//
// Twice goes only what was taken by the MTA in the very moment of a crash; its Message-ID is the same.
// Ownership: borrows the writer. Threads: one of its own; wake() from any. Errors: logged.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "policy/config.h"
#include "store/evidence_writer.h"
#include "store/outbox.h"

namespace smarttls::milter {

class OutboxSender {
  public:
    OutboxSender(const policy::Config& config, store::EvidenceWriter& writer);
    ~OutboxSender();
    OutboxSender(const OutboxSender&) = delete;
    OutboxSender& operator=(const OutboxSender&) = delete;

    void wake();
    /// Ends with the item under way. Called by the destructor as well.
    void stop();

  private:
    void run();
    /// Sends what is due; when to look again.
    [[nodiscard]] std::chrono::milliseconds round();
    [[nodiscard]] policy::Result<void> send(const store::OutboxItem& item);
    [[nodiscard]] bool is_stopping();

    const policy::Endpoint endpoint_;
    const std::string path_;
    store::EvidenceWriter& writer_;

    // Guarded by mutex_.
    std::mutex mutex_;
    std::condition_variable woken_;
    bool wanted_ = false;
    bool stopping_ = false;

    std::thread thread_;  // the last member: it starts when all others are there
};

}  // namespace smarttls::milter
