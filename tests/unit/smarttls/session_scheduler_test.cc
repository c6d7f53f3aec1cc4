// SPDX-License-Identifier: Apache-2.0
#include "smarttls/session_scheduler.h"

#include <thread>

#include "tests/unit/smarttls/session_stage.h"

namespace smarttls::engine {
namespace {

using policy::Deadline;
using policy::Reason;
using std::chrono::seconds;

constexpr const char* kHost = "192.0.2.1";
constexpr const char* kOther = "192.0.2.2";
const Deadline kPassed(TimePoint::min());

using Scheduler = SessionStage;

TEST_F(Scheduler, OpensOneSessionAtATimeToAnAddressFirstComeFirstServed) {
    for (const char* const name : {"one.example", "two.example", "three.example"}) ask(kHost, name);
    ask(kOther, "elsewhere.example");
    EXPECT_EQ(opened(), (Names{"one.example", "elsewhere.example"}));
    end("one.example", known());
    EXPECT_EQ(opened(), Names{"two.example"});
    end("two.example", unknown(Reason::Timeout));
    EXPECT_EQ(opened(), Names{"three.example"});
    end("three.example", known());
    EXPECT_EQ(opened(), Names{});
    EXPECT_EQ(scheduler().open_sessions(), 1U);
}

TEST_F(Scheduler, HoldsAllPortsOfAnAddress) {
    const Asker mail = ask(kHost, "one.example");
    Question submission;
    submission.port = 587;
    const Asker other = ask(kHost, "two.example", submission);
    EXPECT_EQ(opened(), Names{"one.example"});
    end("one.example", known());
    EXPECT_EQ(opened(), Names{"two.example"});
}

TEST_F(Scheduler, GivesOneResultToAllWhoAskForTheSame) {
    std::vector<Asker> askers;
    for (int i = 0; i < 5; ++i) askers.push_back(ask(kHost, "mx.example"));
    EXPECT_EQ(opened(), Names{"mx.example"});
    end("mx.example", known());
    for (const Asker& asker : askers) EXPECT_EQ(asker->seen, askers[0]->seen);
    ASSERT_TRUE(askers[0]->seen);
    EXPECT_EQ(askers[0]->seen->outcome, SessionOutcome::Tls);
}

TEST_F(Scheduler, GivesOneResultToAllWhoQueueForTheSame) {
    ask(kHost, "first.example");
    const Asker one = ask(kHost, "mx.example");
    const Asker two = ask(kHost, "mx.example");
    end("first.example", known());
    EXPECT_EQ(opened(), (Names{"first.example", "mx.example"}));
    end("mx.example", known(SessionOutcome::NoTls));
    EXPECT_EQ(one->seen, two->seen);
    EXPECT_TRUE(one->seen);
}

TEST_F(Scheduler, TellsTheLateWhetherTheyHadTheirTurn) {
    Question late;
    late.deadline = kPassed;
    const Asker running = ask(kHost, "mx.example", late);
    expect_unknown(running, Reason::Timeout);
    const Asker queued = ask(kHost, "two.example", late);
    expect_unknown(queued, Reason::Busy);
    end("mx.example", known());
    EXPECT_EQ(opened(), Names{"mx.example"}) << "nobody waits for the other any more";
    EXPECT_TRUE(ask(kHost, "mx.example")->seen) << "the session went on";
    EXPECT_EQ(scheduler().known_addresses(), 0U);
}

TEST_F(Scheduler, KeepsThePlaceOfAJobWhileAnybodyWaits) {
    ask(kHost, "mx.example");
    Question late;
    late.deadline = kPassed;
    const Asker patient = ask(kHost, "two.example");
    ask(kHost, "two.example", late);
    end("mx.example", known());
    EXPECT_EQ(opened(), (Names{"mx.example", "two.example"}));
    end("two.example", known());
    EXPECT_TRUE(patient->seen);
}

TEST_F(Scheduler, ForgetsAskersThatAreCancelled) {
    ask(kHost, "mx.example");
    const Asker cancelled = ask(kHost, "two.example");
    const Asker next = ask(kHost, "three.example");
    cancelled->cancel.emit(boost::asio::cancellation_type::all);
    settle();
    end("mx.example", known());
    EXPECT_EQ(opened(), (Names{"mx.example", "three.example"}));
}

TEST_F(Scheduler, MayBeLeftByAllAtOnce) {
    for (const char* const name : {"one.example", "two.example", "three.example"}) ask(kHost, name);
    manners_.interval = seconds(1);
    io_.reset();  // destroys askers and sessions
    EXPECT_EQ(scheduler_->open_sessions(), 1U);
}

TEST_F(Scheduler, BoundsTheSessionsOfAllAddressesAndGivesEachAddressItsTurn) {
    manners_.most_sessions = 2;
    ask("192.0.2.1", "one.example");
    ask("192.0.2.1", "one-b.example");
    ask("192.0.2.2", "two.example");
    ask("192.0.2.3", "three.example");
    ask("192.0.2.4", "four.example");
    EXPECT_EQ(opened(), (Names{"one.example", "two.example"}));
    end("one.example", known());
    EXPECT_EQ(opened(), Names{"three.example"}) << "it came before one-b could have begun";
    end("two.example", known());
    EXPECT_EQ(opened(), Names{"four.example"});
    end("three.example", known());
    EXPECT_EQ(opened(), Names{"one-b.example"});
    EXPECT_EQ(scheduler().open_sessions(), 2U);
}

TEST_F(Scheduler, GivesNoTurnToWhoLeft) {
    manners_.most_sessions = 1;
    ask("192.0.2.1", "one.example");
    Question late;
    late.deadline = kPassed;
    ask("192.0.2.2", "two.example", late);
    ask("192.0.2.3", "three.example");
    end("one.example", known());
    EXPECT_EQ(opened(), (Names{"one.example", "three.example"}));
    end("three.example", known());
    EXPECT_EQ(scheduler().known_addresses(), 0U);
}

TEST_F(Scheduler, LetsAnAddressRestBetweenTwoSessions) {
    manners_.interval = std::chrono::milliseconds(20);
    now_ = Deadline::Clock::now();
    ask(kHost, "one.example");
    ask(kHost, "two.example");
    ask(kOther, "other.example");
    EXPECT_EQ(opened(), (Names{"one.example", "other.example"}));
    end("one.example", known());
    EXPECT_EQ(opened(), Names{});
    now_ += manners_.interval;
    io().restart();
    while (opened_names() == 0) io().run_one();
    EXPECT_EQ(opened(), Names{"two.example"});
}

TEST_F(Scheduler, SurvivesASessionThatThrows) {
    const Asker asker = ask(kHost, "mx.example");
    ask(kHost, "two.example");
    fail("mx.example");
    expect_unknown(asker, Reason::ProtocolError);
    EXPECT_EQ(opened(), (Names{"mx.example", "two.example"}));
}

TEST_F(Scheduler, ForgetsAddressesItNeedNotRemember) {
    manners_.most_addresses = 3;
    for (int i = 1; i <= 9; ++i) {
        const std::string address = "192.0.2." + std::to_string(i);
        ask(address.c_str(), "mx.example");
        end("mx.example", i < 5 ? known() : unknown(Reason::Busy));
    }
    EXPECT_EQ(scheduler().known_addresses(), 3U);
    expect_unknown(ask("192.0.2.9", "other.example"), Reason::Busy);
    EXPECT_FALSE(ask("192.0.2.5", "other.example")->seen);
}

}  // namespace
}  // namespace smarttls::engine
