// SPDX-License-Identifier: Apache-2.0
//
// Occupancy: how many sessions and transactions are open. It keeps sessions below a limit, and lets the
// program end when the transactions that are under way have finished.
//
//     if (!occupancy.has_room(limit)) ...             // at negotiation: refuse the session
//     Occupancy::Stay session = occupancy.session();  // for as long as the MTA keeps it
//     auto transaction = occupancy.transaction();     // nothing: the program is about to end
//     occupancy.drain(deadline);                      // in main: no new ones, and the old ones end
//
// Ownership: outlives the stays. Threads: internally locked; drain() from one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <optional>
#include <utility>

#include "policy/deadline.h"
#include "policy/mutex.h"

namespace smarttls::milter {

class Occupancy {
  public:
    /// Counted until it goes.
    class Stay {
      public:
        Stay(Occupancy& in, std::size_t Occupancy::* count) : in_(&in), count_(count) {}
        Stay(Stay&& other) noexcept : in_(std::exchange(other.in_, nullptr)), count_(other.count_) {}
        Stay& operator=(Stay&&) = delete;
        ~Stay() {
            if (in_ != nullptr) in_->leave(count_);
        }

      private:
        Occupancy* in_;
        std::size_t Occupancy::* count_;
    };

    [[nodiscard]] bool has_room(std::size_t limit) const {
        const policy::Lock lock(mutex_);
        return sessions_ < limit;
    }

    [[nodiscard]] Stay session() {
        const policy::Lock lock(mutex_);
        ++sessions_;
        return {*this, &Occupancy::sessions_};
    }

    [[nodiscard]] std::optional<Stay> transaction() {
        const policy::Lock lock(mutex_);
        if (is_draining_) return std::nullopt;
        ++transactions_;
        return Stay(*this, &Occupancy::transactions_);
    }

    /// How many transactions were still open at the deadline.
    std::size_t drain(policy::Deadline deadline) {
        policy::Lock lock(mutex_);
        is_draining_ = true;
        static_cast<void>(lock.wait_until(left_, deadline.when(), [this]() SMARTTLS_REQUIRES(mutex_) {
            return transactions_ == 0;
        }));
        return transactions_;
    }

    [[nodiscard]] std::size_t transactions() const {
        const policy::Lock lock(mutex_);
        return transactions_;
    }

  private:
    void leave(std::size_t Occupancy::* count) {
        const policy::Lock lock(mutex_);
        --(this->*count);
        if (transactions_ == 0) left_.notify_all();
    }

    mutable policy::Mutex mutex_;
    std::condition_variable left_;
    // Guarded by mutex_; a pointer to a member that says so does not exist.
    std::size_t sessions_ = 0;
    std::size_t transactions_ = 0;
    bool is_draining_ SMARTTLS_GUARDED_BY(mutex_) = false;
};

}  // namespace smarttls::milter
