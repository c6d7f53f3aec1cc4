// SPDX-License-Identifier: Apache-2.0
//
// CallbackGate: smfi_main() returns while libmilter's worker threads are still inside callbacks
// (8.17.1 with its worker pool joins nobody), and main then takes down what these use. The gate lets
// main wait for them and keeps out those that come later.
//
//     if (const auto pass = gate.enter()) ...   // in every callback
//     gate.close();                             // in main: nobody is inside any more
//
// Threads: internally locked; enter() from any, close() from one. close() has no deadline of its own:
// every wait inside a callback has one.
#pragma once

#include <condition_variable>
#include <utility>

#include "policy/mutex.h"

namespace smarttls::milter {

class CallbackGate {
  public:
    /// True while its holder is inside.
    class Pass {
      public:
        Pass() = default;
        explicit Pass(CallbackGate& gate) : gate_(&gate) {}
        Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass() {
            if (gate_ != nullptr) gate_->leave();
        }
        explicit operator bool() const { return gate_ != nullptr; }

      private:
        CallbackGate* gate_ = nullptr;
    };

    [[nodiscard]] Pass enter() {
        const policy::Lock lock(mutex_);
        if (closed_) return {};
        ++inside_;
        return Pass(*this);
    }

    void close() {
        policy::Lock lock(mutex_);
        closed_ = true;
        lock.wait(left_, [this]() SMARTTLS_REQUIRES(mutex_) { return inside_ == 0; });
    }

  private:
    void leave() {
        const policy::Lock lock(mutex_);
        if (--inside_ == 0) left_.notify_all();  // under the lock: the gate may go once it is free
    }

    policy::Mutex mutex_;
    std::condition_variable left_;
    unsigned long inside_ SMARTTLS_GUARDED_BY(mutex_) = 0;
    bool closed_ SMARTTLS_GUARDED_BY(mutex_) = false;
};

}  // namespace smarttls::milter
