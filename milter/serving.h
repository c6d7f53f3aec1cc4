// SPDX-License-Identifier: Apache-2.0
//
// The rim to libmilter, the other half: its socket, its threads, its end.
//
//     open_milter(socket);          // after register_callbacks()
//     Serving serving;              // smfi_main(3) in a thread of its own, so that main gets the signals
//     ... sigwait: SIGTERM, or kServingEnded ...
//     Result<void> served = serving.stop();
//
// Threads: main. Errors: Permanent (somebody else serves the socket, or it cannot be made).
#pragma once

#include <signal.h>

#include <atomic>
#include <string>
#include <thread>

#include "policy/result.h"

namespace smarttls::milter {

/// Sent to the process when libmilter ends by itself.
inline constexpr int kServingEnded = SIGUSR2;

/// Opens the socket, removing a stale one.
[[nodiscard]] policy::Result<void> open_milter(const std::string& path);

/// How many sessions the limit on descriptors leaves room for; raises the soft one.
[[nodiscard]] std::size_t room_for_sessions();

class Serving {
  public:
    explicit Serving(std::string socket);
    Serving(const Serving&) = delete;
    Serving& operator=(const Serving&) = delete;
    ~Serving();

    [[nodiscard]] bool has_ended() const { return has_ended_; }
    /// Idle sessions do not hold it up; callbacks that run are waited for.
    [[nodiscard]] policy::Result<void> stop();

  private:
    void serve();

    const std::string socket_;
    std::atomic<bool> has_ended_ = false;
    int status_ = 0;
    std::thread thread_;  // the last member
};

}  // namespace smarttls::milter
