// SPDX-License-Identifier: Apache-2.0
//
// Mutex and Lock: std::mutex and std::unique_lock in a form that Clang's -Wthread-safety understands, and
// the words by which a class says what its mutex guards. What breaks them does not compile in the preset tidy;
// GCC sees nothing of them.
//
//     Mutex mutex_;
//     int count_ SMARTTLS_GUARDED_BY(mutex_) = 0;
//     void settle() SMARTTLS_REQUIRES(mutex_);           // its caller holds it
//
//     Lock lock(mutex_);
//     lock.wait(changed_, [this]() SMARTTLS_REQUIRES(mutex_) { return count_ > 0; });
//
// For data that needs no condition variable Guarded<T> (guarded.h) is shorter.
// Threads: that is the whole file. Errors: none.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#if defined(__clang__)
#define SMARTTLS_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define SMARTTLS_THREAD_ATTRIBUTE(attribute)
#endif
#define SMARTTLS_GUARDED_BY(mutex) SMARTTLS_THREAD_ATTRIBUTE(guarded_by(mutex))
#define SMARTTLS_REQUIRES(mutex) SMARTTLS_THREAD_ATTRIBUTE(requires_capability(mutex))

namespace smarttls::policy {

class SMARTTLS_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
  public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

  private:
    friend class Lock;
    std::mutex mutex_;
};

/// Holds a mutex from its construction to its end, except between unlock() and relock() and while it waits.
class SMARTTLS_THREAD_ATTRIBUTE(scoped_lockable) Lock {
  public:
    explicit Lock(Mutex& mutex) SMARTTLS_THREAD_ATTRIBUTE(acquire_capability(mutex))
        : lock_(mutex.mutex_) {}
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() SMARTTLS_THREAD_ATTRIBUTE(release_capability()) = default;

    void unlock() SMARTTLS_THREAD_ATTRIBUTE(release_capability()) { lock_.unlock(); }
    void relock() SMARTTLS_THREAD_ATTRIBUTE(acquire_capability()) { lock_.lock(); }

    /// Until `holds`, which is asked with the mutex held.
    template <class Predicate>
    void wait(std::condition_variable& changed, Predicate holds) {
        changed.wait(lock_, std::move(holds));
    }

    /// The same, but at most until `when`; whether it holds.
    template <class Clock, class Duration, class Predicate>
    [[nodiscard]] bool wait_until(std::condition_variable& changed,
                                  const std::chrono::time_point<Clock, Duration>& when,
                                  Predicate holds) {
        return changed.wait_until(lock_, when, std::move(holds));
    }

  private:
    std::unique_lock<std::mutex> lock_;
};

}  // namespace smarttls::policy
