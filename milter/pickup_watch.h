// SPDX-License-Identifier: Apache-2.0
//
// PickupWatch: destroys sealed messages whose pickups have ended, which the portal says in its database
// (store/pickup/ended_messages.h), and writes that down.
//
//     const PickupWatch watch(config);
//
// Whoever takes the portal over can so end messages, which is his to do in any case, and nothing else.
// Ownership: its thread. Threads: one of its own. Errors: logged, each change of them once.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "policy/config.h"

namespace smarttls::milter {

class PickupWatch {
  public:
    explicit PickupWatch(const policy::Config& config);
    PickupWatch(const PickupWatch&) = delete;
    PickupWatch& operator=(const PickupWatch&) = delete;
    ~PickupWatch();

  private:
    void run();
    void round();

    const policy::StoreSettings store_;
    const std::string portal_;
    const std::string version_;
    std::string failure_;  // the thread's own: what was logged last

    // Guarded by mutex_.
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopping_ = false;

    std::thread thread_;  // the last member: it starts when all others are there
};

}  // namespace smarttls::milter
