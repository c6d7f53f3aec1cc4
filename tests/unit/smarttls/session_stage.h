// SPDX-License-Identifier: Apache-2.0
//
// SessionStage: a SessionScheduler whose sessions open and end when the test says so, and whose
// clock stands still until the test moves it.
//
//     const Asker first = ask("192.0.2.1", "mx.one.example");
//     EXPECT_EQ(opened(), Names{"mx.one.example"});          // since the last call
//     end("mx.one.example", known());
//     EXPECT_TRUE(first->seen);
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <stdexcept>

#include "smarttls/session_scheduler.h"
#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {

using Names = std::vector<std::string>;

inline Observation known(SessionOutcome outcome = SessionOutcome::Tls) {
    Observation seen;
    seen.connected = true;
    seen.outcome = outcome;
    return seen;
}

inline Observation unknown(policy::Reason reason, bool connected = true) {
    Observation seen;
    seen.connected = connected;
    seen.reasons = {reason};
    return seen;
}

class SessionStage : public testing::Test {
  protected:
    struct Answer {
        ObservationPtr seen;  // null while waiting
        boost::asio::cancellation_signal cancel;
    };
    using Asker = std::shared_ptr<Answer>;

    struct Question {
        TimePoint not_before = TimePoint::min();
        policy::Deadline deadline = policy::Deadline(TimePoint::max());
        std::uint16_t port = 25;
    };

    Asker ask(const char* address, const char* name) { return ask(address, name, Question()); }
    Asker ask(const char* address, const char* name, Question question) {
        SessionPlan plan({boost::asio::ip::make_address(address), question.port},
                         policy::DomainName::parse(name).value());
        auto answer = std::make_shared<Answer>();
        boost::asio::co_spawn(
            io(), scheduler().observe(plan, tls_, question.not_before, question.deadline),
            boost::asio::bind_cancellation_slot(
                answer->cancel.slot(),
                [answer](const std::exception_ptr& thrown, ObservationPtr seen) {
                    if (!thrown) answer->seen = std::move(seen);
                }));
        settle();
        return answer;
    }

    static void expect_unknown(const Asker& asker, policy::Reason reason) {
        ASSERT_TRUE(asker->seen);
        EXPECT_EQ(asker->seen->outcome, SessionOutcome::Unknown);
        EXPECT_EQ(asker->seen->reasons, std::vector<policy::Reason>{reason});
    }

    /// Names of the sessions that were opened since the last call.
    Names opened() { return std::exchange(opened_, {}); }
    [[nodiscard]] std::size_t opened_names() const { return opened_.size(); }

    void end(const std::string& name, Observation seen) {
        Open& open = *open_.at(name);
        open.result = std::move(seen);
        open.gate.cancel();
        settle();
    }
    void fail(const std::string& name) {
        open_.at(name)->throws = true;
        end(name, {});
    }

    /// Whatever can happen without time passing has happened.
    void settle() {
        io().restart();
        io().poll();
    }

    boost::asio::io_context& io() { return *io_; }
    SessionScheduler& scheduler() {
        if (!scheduler_) {
            scheduler_ = std::make_unique<SessionScheduler>(
                io().get_executor(), manners_,
                [this](SessionPlan plan, TlsContext, policy::Deadline) {
                    return session(std::move(plan));
                },
                [this] { return now_; });
        }
        return *scheduler_;
    }

    Manners manners_;
    TimePoint now_{std::chrono::hours(1)};
    std::unique_ptr<SessionScheduler> scheduler_;  // outlives what runs on io_
    std::unique_ptr<boost::asio::io_context> io_ = std::make_unique<boost::asio::io_context>();

  private:
    struct Open {
        explicit Open(boost::asio::io_context& io) : gate(io, TimePoint::max()) {}
        boost::asio::steady_timer gate;
        Observation result;
        bool throws = false;
    };

    boost::asio::awaitable<Observation> session(SessionPlan plan) {
        const std::string name = plan.server_name.str();
        EXPECT_FALSE(open_.contains(name)) << "two sessions at once";
        opened_.push_back(name);
        Open open(io());
        open_[name] = &open;
        co_await open.gate.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        open_.erase(name);
        if (open.throws) throw std::runtime_error("a bug");
        co_return std::move(open.result);
    }

    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const TlsContext tls_ = trusting({&root_});
    std::map<std::string, Open*> open_;
    Names opened_;
};

}  // namespace smarttls::engine
