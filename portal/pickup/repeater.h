// SPDX-License-Identifier: Apache-2.0
//
// Repeater: does one thing again and again in a thread of its own, and says in the log when it begins to fail, once for each
// change of words, and when it works again.
//
//     Repeater intake("intake", 250ms, [&] { return take_in(); });
//
// Ownership: the thread, which ends with it, after the round under way. Threads: made and destroyed by one. Errors: logged.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <string>
#include <thread>

#include "policy/mutex.h"
#include "policy/result.h"

namespace smarttls::portal {

class Repeater {
  public:
    using Work = std::function<policy::Result<void>()>;

    Repeater(std::string name, std::chrono::milliseconds interval, Work work);
    Repeater(const Repeater&) = delete;
    Repeater& operator=(const Repeater&) = delete;
    ~Repeater();

  private:
    void run();
    policy::Result<void> round() noexcept;
    void tell(const policy::Result<void>& outcome);

    const std::string name_;
    const std::chrono::milliseconds interval_;
    const Work work_;
    std::string failure_;  // the thread's own: what was logged last

    policy::Mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ SMARTTLS_GUARDED_BY(mutex_) = false;

    std::thread thread_;  // the last member: it starts when all others are there
};

}  // namespace smarttls::portal
