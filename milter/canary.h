// SPDX-License-Identifier: Apache-2.0
//
// Canary: proves that Postfix would enforce every floor before class mail is accepted. A proof has two
// halves: for each floor an SMTP transaction with a tagged sender, which ends in RSET and in which
// Postfix tells this very milter the transport it chose; and a look at what that transport will do
// (postfix_config.h). Without a fresh proof class mail gets 451: the milter fails closed.
//
//     if (auto proof = canary.prove(deadline); !proof) -> 451
//
// The proof is repeated in the background, and at once when main.cf or master.cf change.
// Threads: internally locked; one thread of its own runs the proofs, any number of waiters share one.
// Errors: Misconfigured (which line is missing), Temporary (the MTA did not answer).
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "milter/postfix_config.h"
#include "milter/proof.h"
#include "policy/config.h"
#include "policy/deadline.h"
#include "policy/mutex.h"

namespace smarttls::milter {

class Canary final : public Proof {
  public:
    explicit Canary(const policy::MilterSettings& settings);
    ~Canary() override;

    /// Ends the proof that is under way, and gives no more. Called by the destructor as well.
    void stop();

    /// Success when a proof exists that began at most canary-interval ago and that no change of
    /// Postfix's files has outdated; otherwise waits for the next proof.
    [[nodiscard]] policy::Result<void> prove(policy::Deadline deadline) override;

    [[nodiscard]] bool is_local(std::string_view domain) const override;
    [[nodiscard]] policy::Result<void> prove_lower_floors() override;
    [[nodiscard]] bool is_sender(std::string_view sender) const override;
    void saw(std::string_view sender, std::string_view transport) override;

  private:
    using Clock = policy::Deadline::Clock;

    void run();
    policy::Result<void> prove_once();
    policy::Result<void> prove_routes();
    policy::Result<void> check_seen();
    [[nodiscard]] bool is_fresh(Clock::time_point now) const SMARTTLS_REQUIRES(mutex_);
    void settle(const policy::Result<void>& result, Clock::time_point began, FileStamp stamp)
        SMARTTLS_REQUIRES(mutex_);

    const policy::MilterSettings settings_;
    const std::string nonce_;
    PostfixConfig postfix_;  // immutable, asks the file system

    mutable policy::Mutex mutex_;
    std::condition_variable wanted_;   // for the thread
    std::condition_variable settled_;  // for waiters
    std::map<std::string, std::string, std::less<>> seen_
        SMARTTLS_GUARDED_BY(mutex_);  // sender -> transport
    std::vector<std::string> local_domains_ SMARTTLS_GUARDED_BY(mutex_);  // lower case
    policy::Result<void> proof_ SMARTTLS_GUARDED_BY(mutex_);
    Clock::time_point began_ SMARTTLS_GUARDED_BY(mutex_){};
    std::optional<Clock::time_point> used_ SMARTTLS_GUARDED_BY(mutex_);  // when class mail last asked
    FileStamp stamp_ SMARTTLS_GUARDED_BY(mutex_);
    std::optional<FileStamp> lower_floors_ SMARTTLS_GUARDED_BY(mutex_);  // of the files that had them
    unsigned long rounds_ SMARTTLS_GUARDED_BY(mutex_) = 0;
    bool requested_ SMARTTLS_GUARDED_BY(mutex_) = false;
    bool stopping_ SMARTTLS_GUARDED_BY(mutex_) = false;

    std::thread thread_;
};

}  // namespace smarttls::milter
