// SPDX-License-Identifier: Apache-2.0
//
// LogFollower: reads what comes to a log, makes Deliveries of it, and hands them to the sink with the position
// behind them, so that each is kept exactly once, whenever it is stopped, killed, or the sink cannot take more.
//
//     FollowerThread follower(std::make_unique<FileSource>("/var/log/mail.log"), policy::Mta::Postfix, sink);
//
// Ownership: owns the source, borrows the sink. Threads: LogFollower one thread; FollowerThread one of its own.
// Errors: those of source and sink; step() may be called again after each, nothing is lost by it. FollowerThread
// tells them in the log, each once, and goes on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "milter/delivery/delivery.h"
#include "milter/delivery/delivery_assembler.h"
#include "milter/delivery/log_source.h"

namespace smarttls::milter {

class LogFollower {
  public:
    LogFollower(std::unique_ptr<LogSource> source, policy::Mta mta, DeliverySink& sink);

    /// One turn. True: there may be more at once; false: wait a moment.
    [[nodiscard]] policy::Result<bool> step();
    /// Has the sink keep how far reading is, although there are no news.
    [[nodiscard]] policy::Result<void> save();
    /// Forgets what the sink has not taken; the next step() begins where the sink says.
    void restart();

    /// See DeliveryAssembler.
    [[nodiscard]] std::uint64_t unreadable() const { return assembler_.unreadable(); }

  private:
    [[nodiscard]] policy::Result<void> begin();
    [[nodiscard]] policy::Result<void> hand_over();
    [[nodiscard]] bool is_due() const;

    std::unique_ptr<LogSource> source_;
    const LogSource::Take take_;
    DeliveryAssembler assembler_;
    DeliverySink& sink_;
    bool begun_ = false;
    std::vector<Delivery> news_;  // not taken by the sink yet
    std::string saved_;           // place that the sink knows
    std::chrono::steady_clock::time_point saved_at_{};
};

class FollowerThread {
  public:
    FollowerThread(std::unique_ptr<LogSource> source, policy::Mta mta, DeliverySink& sink);
    ~FollowerThread();
    FollowerThread(const FollowerThread&) = delete;
    FollowerThread& operator=(const FollowerThread&) = delete;

    /// Ends behind the turn under way. Called by the destructor as well.
    void stop();

  private:
    void run();
    [[nodiscard]] std::chrono::milliseconds turn();
    void tell(const std::string& trouble);

    LogFollower follower_;
    const std::string name_;
    std::string told_;              // the trouble that the log knows; empty: none
    std::uint64_t told_lines_ = 0;  // unreadable ones

    // Guarded by mutex_.
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopping_ = false;

    std::thread thread_;  // the last member: it starts when all others are there
};

}  // namespace smarttls::milter
