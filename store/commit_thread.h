// SPDX-License-Identifier: Apache-2.0
//
// CommitThread: does one thing at a time beside the thread that asked for it.
//
//     CommitThread side;
//     side.start([&] { return commit_keys(); });
//     Result<void> here = commit_records();
//     Result<void> there = side.wait();          // always, before the next start() and whatever `here` is
//
// It begins with its owner, so that no thread has to be made when every millisecond counts and none may be had.
// Threads: one at a time calls start() and wait(). Errors: what the work returned; Temporary for what it threw.
#pragma once

#include <condition_variable>
#include <functional>
#include <optional>
#include <thread>

#include "policy/mutex.h"
#include "policy/result.h"

namespace smarttls::store {

class CommitThread {
  public:
    using Work = std::function<policy::Result<void>()>;

    CommitThread();
    CommitThread(const CommitThread&) = delete;
    CommitThread& operator=(const CommitThread&) = delete;
    ~CommitThread();

    void start(Work work);
    [[nodiscard]] policy::Result<void> wait();

  private:
    void run();

    policy::Mutex mutex_;
    std::condition_variable changed_;
    Work work_ SMARTTLS_GUARDED_BY(mutex_);
    std::optional<policy::Result<void>> outcome_ SMARTTLS_GUARDED_BY(mutex_);
    bool stopping_ SMARTTLS_GUARDED_BY(mutex_) = false;
    std::thread thread_;  // the last member: it starts when all others are there
};

}  // namespace smarttls::store
