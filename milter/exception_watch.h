// SPDX-License-Identifier: Apache-2.0
//
// ExceptionWatch: notices the end of exceptions, mail or no mail: writes each down once, with the report to
// the security contact, and has the outbox send what the command has put in.
//
//     ExceptionWatch watch(config, writer, outbox);
//
// An exception that has ended lets nobody through in any case (policy::covers).
// Ownership: borrows writer and outbox. Threads: one of its own. Errors: logged, each change of them once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "milter/outbox_sender.h"
#include "policy/config.h"
#include "store/evidence_writer.h"

namespace smarttls::milter {

class ExceptionWatch {
  public:
    ExceptionWatch(const policy::Config& config, store::EvidenceWriter& writer, OutboxSender& outbox);
    ~ExceptionWatch();
    ExceptionWatch(const ExceptionWatch&) = delete;
    ExceptionWatch& operator=(const ExceptionWatch&) = delete;

  private:
    void run();
    void tell(const policy::Result<void>& round);

    const std::string path_;
    const std::string contact_;
    const std::string version_;
    store::EvidenceWriter& writer_;
    OutboxSender& outbox_;
    std::string failure_;  // the thread's own: what was logged last

    // Guarded by mutex_.
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopping_ = false;

    std::thread thread_;  // the last member: it starts when all others are there
};

/// Writes down the end of those whose end has come at `now`; how many.
[[nodiscard]] policy::Result<int> expire_exceptions(const std::string& path, const std::string& contact,
                                                    const std::string& version, store::EvidenceTime now,
                                                    store::EvidenceWriter& writer);

}  // namespace smarttls::milter
