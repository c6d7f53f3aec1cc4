// SPDX-License-Identifier: Apache-2.0
//
// ThreadSupply: the threads in which libmilter serves sessions. Its pool starts one for each session that
// is busy, without any limit, and a session whose thread the system refuses (RLIMIT_NPROC, TasksMax=) is
// forgotten: the MTA waits for it until it gives up. Here a start is never refused: it gets a thread that has
// just ended another, or a new one, or one held in reserve, or waits for one that ends.
//
//     ThreadSupply supply({.most = 500}, create_with_pthreads);
//     supply.start({routine, argument});   // in place of pthread_create(3)
//
// Nobody waits for ever: libmilter 8.17.1 keeps two idle workers and ends all others, so that with a
// reserve one always ends. Ownership: outlives its threads (the process ends with them).
// Threads: start() from any. Errors: none; a refusal is logged, at most once a minute.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>

#include "policy/mutex.h"

namespace smarttls::milter {

class ThreadSupply {
  public:
    struct Task {
        void* (*routine)(void*) = nullptr;
        void* argument = nullptr;
    };
    struct Limits {
        std::size_t most = 500;  // running at once, those in reserve not counted
        std::size_t reserve = 4;
        std::chrono::milliseconds linger{1000};  // that a thread waits for another task
    };
    /// Runs the routine in a thread of its own: 0, or the error number.
    using Create = std::function<int(const Task&)>;

    ThreadSupply(Limits limits, Create create);
    ThreadSupply(const ThreadSupply&) = delete;
    ThreadSupply& operator=(const ThreadSupply&) = delete;

    /// Starts what keeps the reserve; false when the system refuses even that.
    [[nodiscard]] bool open();
    void start(const Task& task);

    struct Counters {
        std::size_t running = 0;
        std::size_t reserved = 0;
        std::size_t waiting = 0;
        std::size_t lingering = 0;
    };
    [[nodiscard]] Counters counters() const;

  private:
    struct Start;
    static void* run_start(void* start);
    static void* run_reserved(void* self);
    static void* run_keeper(void* self);

    int create_for(const Task& task);
    void run(const Task& task);
    void run_and_linger(const Task& first);
    void wait_in_reserve();
    /// Some of those that wait have not been handed to a thread that lingers.
    [[nodiscard]] bool is_short() const SMARTTLS_REQUIRES(mutex_);
    [[nodiscard]] bool may_take() const SMARTTLS_REQUIRES(mutex_);
    [[nodiscard]] Task take() SMARTTLS_REQUIRES(mutex_);
    [[noreturn]] void keep_up();
    void tell(int error) SMARTTLS_REQUIRES(mutex_);

    const Limits limits_;
    const Create create_;

    mutable policy::Mutex mutex_;
    std::condition_variable handed_;   // to those that linger
    std::condition_variable offered_;  // to those in reserve
    std::condition_variable short_;    // for the keeper
    std::deque<Task> waiting_ SMARTTLS_GUARDED_BY(mutex_);
    std::size_t running_ SMARTTLS_GUARDED_BY(mutex_) = 0;
    std::size_t reserved_ SMARTTLS_GUARDED_BY(mutex_) = 0;
    std::size_t lingering_ SMARTTLS_GUARDED_BY(mutex_) = 0;
    std::chrono::steady_clock::time_point told_ SMARTTLS_GUARDED_BY(mutex_){};
};

/// From now on, each thread that another than the main thread starts comes from this supply: libmilter's
/// (the program replaces pthread_create(3), see pthread_create.cc). `supply` is never destroyed.
void supply_threads(ThreadSupply& supply);
[[nodiscard]] ThreadSupply* thread_supply();

/// Whether the calling thread belongs to a supply: such a one cannot be joined and need not be detached.
[[nodiscard]] bool is_supplied_thread();

}  // namespace smarttls::milter
