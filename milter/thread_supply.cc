// SPDX-License-Identifier: Apache-2.0
#include "milter/thread_supply.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "smarttls/log.h"

namespace smarttls::milter {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;

constexpr auto kRetry = 20ms;
constexpr auto kTellAgain = 1min;
constexpr int kAtLimit = 0;

std::atomic<ThreadSupply*> installed{nullptr};
thread_local bool is_supplied = false;

}  // namespace

struct ThreadSupply::Start {
    ThreadSupply* supply;
    Task task;
};

ThreadSupply::ThreadSupply(Limits limits, Create create)
    : limits_(limits), create_(std::move(create)) {}

bool ThreadSupply::open() { return create_({run_keeper, this}) == 0; }

ThreadSupply::Counters ThreadSupply::counters() const {
    const policy::Lock lock(mutex_);
    return {running_, reserved_, waiting_.size(), lingering_};
}

void ThreadSupply::start(const Task& task) {
    policy::Lock lock(mutex_);
    int error = kAtLimit;
    if (waiting_.size() < lingering_ && running_ + waiting_.size() < limits_.most) {
        waiting_.push_back(task);
        lock.unlock();  // or whom it wakes would wait for it
        handed_.notify_one();
        return;
    }
    if (!is_short() && running_ + waiting_.size() < limits_.most) {
        error = create_for(task);
        if (error == 0) {
            ++running_;
            return;
        }
    }
    waiting_.push_back(task);
    tell(error);
    offered_.notify_one();
    short_.notify_one();
}

int ThreadSupply::create_for(const Task& task) {
    auto start = std::make_unique<Start>(Start{this, task});
    const int error = create_({run_start, start.get()});
    if (error == 0) static_cast<void>(start.release());  // the thread frees it
    return error;
}

void ThreadSupply::run(const Task& task) {
    task.routine(task.argument);
    const policy::Lock lock(mutex_);
    --running_;
    if (!may_take() || !is_short()) return;  // the rule: nobody is woken for nothing
    short_.notify_one();
    offered_.notify_one();
}

bool ThreadSupply::is_short() const { return waiting_.size() > lingering_; }
bool ThreadSupply::may_take() const { return !waiting_.empty() && running_ < limits_.most; }

ThreadSupply::Task ThreadSupply::take() {
    const Task task = waiting_.front();
    waiting_.pop_front();
    ++running_;
    return task;
}

/// libmilter ends its workers as soon as two are idle, and starts others for the next packet.
void ThreadSupply::run_and_linger(const Task& first) {
    is_supplied = true;
    run(first);
    policy::Lock lock(mutex_);
    for (;;) {
        ++lingering_;
        const bool more =
            lock.wait_until(handed_, std::chrono::steady_clock::now() + limits_.linger,
                            [this]() SMARTTLS_REQUIRES(mutex_) { return may_take(); });
        --lingering_;
        if (!more) return;
        const Task task = take();
        lock.unlock();
        run(task);
        lock.relock();
    }
}

void* ThreadSupply::run_start(void* start) {
    const std::unique_ptr<Start> owned(static_cast<Start*>(start));
    owned->supply->run_and_linger(owned->task);
    return nullptr;
}

void* ThreadSupply::run_reserved(void* self) {
    static_cast<ThreadSupply*>(self)->wait_in_reserve();
    return nullptr;
}

void ThreadSupply::wait_in_reserve() {
    policy::Lock lock(mutex_);
    // What was handed to a lingering thread is not for the reserve.
    lock.wait(offered_, [this]() SMARTTLS_REQUIRES(mutex_) { return may_take() && is_short(); });
    const Task task = take();
    --reserved_;
    lock.unlock();
    run_and_linger(task);
}

void* ThreadSupply::run_keeper(void* self) { static_cast<ThreadSupply*>(self)->keep_up(); }

/// Serves those that wait, then fills the reserve; after a refusal, again in a moment.
void ThreadSupply::keep_up() {
    policy::Lock lock(mutex_);
    for (;;) {
        lock.wait(short_, [this]() SMARTTLS_REQUIRES(mutex_) {
            return reserved_ < limits_.reserve || (may_take() && is_short());
        });
        const bool for_task = may_take() && is_short();
        const int error =
            for_task ? create_for(waiting_.front()) : create_({run_reserved, this});
        if (error == 0 && for_task) {
            waiting_.pop_front();
            ++running_;
        } else if (error == 0) {
            ++reserved_;
        } else {
            tell(error);
            static_cast<void>(lock.wait_until(short_, std::chrono::steady_clock::now() + kRetry,
                                              [] { return false; }));
        }
    }
}

void ThreadSupply::tell(int error) {
    const auto now = std::chrono::steady_clock::now();
    if (told_.time_since_epoch().count() != 0 && now - told_ < kTellAgain) return;
    told_ = now;
    const std::string reason = error == kAtLimit
                                   ? std::to_string(limits_.most) + " are busy, the most there may be"
                                   : std::generic_category().message(error) + " (TasksMax=, RLIMIT_NPROC)";
    engine::log(engine::Severity::Warning, "sessions wait for a thread: " + reason);
}

void supply_threads(ThreadSupply& supply) { installed = &supply; }
ThreadSupply* thread_supply() { return installed; }
bool is_supplied_thread() { return is_supplied; }

}  // namespace smarttls::milter
