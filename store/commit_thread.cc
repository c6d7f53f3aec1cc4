// SPDX-License-Identifier: Apache-2.0
#include "store/commit_thread.h"

#include <exception>
#include <utility>

namespace smarttls::store {
namespace {

/// The rim of the thread.
policy::Result<void> outcome_of(const CommitThread::Work& work) noexcept try {
    return work();
} catch (const std::exception& exception) {
    return policy::fail(policy::ErrorKind::Temporary, exception.what());
}

}  // namespace

CommitThread::CommitThread() : thread_([this] { run(); }) {}

CommitThread::~CommitThread() {
    {
        const policy::Lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void CommitThread::start(Work work) {
    {
        const policy::Lock lock(mutex_);
        work_ = std::move(work);
        outcome_.reset();
    }
    changed_.notify_all();
}

policy::Result<void> CommitThread::wait() {
    policy::Lock lock(mutex_);
    lock.wait(changed_, [&]() SMARTTLS_REQUIRES(mutex_) { return outcome_.has_value(); });
    return *std::exchange(outcome_, std::nullopt);
}

void CommitThread::run() {
    policy::Lock lock(mutex_);
    for (;;) {
        lock.wait(changed_, [&]() SMARTTLS_REQUIRES(mutex_) { return stopping_ || work_; });
        if (!work_) return;
        const Work work = std::exchange(work_, {});
        lock.unlock();
        auto outcome = outcome_of(work);
        lock.relock();
        outcome_ = std::move(outcome);
        changed_.notify_all();
    }
}

}  // namespace smarttls::store
