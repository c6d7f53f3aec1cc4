// SPDX-License-Identifier: Apache-2.0
#include "smarttls/cache.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "tests/unit/smarttls/scripted_probe.h"
#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Level;
using policy::NextHop;
using policy::Reason;

NextHop hop(const std::string& text) {
    return NextHop::parse(text).value();
}

asio::awaitable<void> wait_into(VerdictPtr* result, bool* ended, PendingPtr pending,
                                Deadline deadline) {
    *result = co_await wait(std::move(pending), deadline);
    *ended = true;
}

class Cache : public testing::Test {
  protected:
    Cache() : cache(io.get_executor(), limits(), probe.function(), [this] { return now; }) {}

    static CacheLimits limits() { return {3, std::chrono::seconds(60)}; }
    static Deadline far() { return Deadline::after(Deadline::Clock::now(), std::chrono::hours(1)); }

    /// Runs everything that can run without waiting.
    void settle() {
        io.restart();
        io.poll();
    }

    VerdictPtr get(const std::string& key) {
        const PendingPtr pending = cache.start(hop(key));
        settle();
        return pending->value();
    }

    /// The cache knows `key` after this.
    void learn(const std::string& key, policy::Verdict learnt) {
        probe.release(key, std::move(learnt));
        ASSERT_NE(get(key), nullptr);
    }

    asio::io_context io;
    ScriptedProbe probe;
    policy::WallTime now = at("2026-11-23T08:00:00Z");
    VerdictCache cache;
};

TEST_F(Cache, ProbesOnceForAllWhoAskMeanwhile) {
    const PendingPtr first = cache.start(hop("a.nl"));
    settle();
    const PendingPtr second = cache.start(hop("A.NL."));
    const PendingPtr fresh = cache.start_fresh(hop("a.nl"));
    EXPECT_EQ(first, second);
    probe.release("a.nl", verdict("a.nl", Level::Dane));
    settle();
    ASSERT_NE(first->value(), nullptr);
    EXPECT_EQ(first->value()->level, Level::Dane);
    EXPECT_EQ(fresh->value(), first->value());
    EXPECT_EQ(probe.started(), std::vector<std::string>{"a.nl"});
}

TEST_F(Cache, WakesEachWaiterWithTheSameVerdict) {
    VerdictPtr one;
    VerdictPtr two;
    bool ended[2] = {false, false};
    asio::co_spawn(io, wait_into(&one, &ended[0], cache.start(hop("a.nl")), far()), asio::detached);
    asio::co_spawn(io, wait_into(&two, &ended[1], cache.start(hop("a.nl")), far()), asio::detached);
    settle();
    EXPECT_FALSE(ended[0] || ended[1]);
    probe.release("a.nl", verdict("a.nl", Level::Pkix));
    settle();
    EXPECT_TRUE(ended[0] && ended[1]);
    ASSERT_NE(one, nullptr);
    EXPECT_EQ(one, two);
}

TEST_F(Cache, ProbesHostAndDomainOfOneNameApart) {
    EXPECT_NE(cache.start(hop("a.nl")), cache.start(hop("[a.nl]")));
    EXPECT_NE(cache.start(hop("a.nl")), cache.start(hop("a.nl:587")));
}

TEST_F(Cache, KeepsAVerdictUntilItExpires) {
    learn("a.nl", verdict("a.nl", Level::Dane));
    now = at("2026-11-23T08:59:59Z");
    EXPECT_NE(get("a.nl"), nullptr);
    EXPECT_EQ(probe.started().size(), 1U);
    now = at("2026-11-23T09:00:00Z");
    EXPECT_EQ(get("a.nl"), nullptr);
    EXPECT_EQ(probe.started().size(), 2U);
}

TEST_F(Cache, ProbesAgainWhenFreshIsAskedAndKeepsTheNewVerdict) {
    learn("a.nl", verdict("a.nl", Level::Dane));
    probe.release("a.nl", verdict("a.nl", Level::Plaintext));
    const PendingPtr fresh = cache.start_fresh(hop("a.nl"));
    settle();
    ASSERT_NE(fresh->value(), nullptr);
    EXPECT_EQ(fresh->value()->level, Level::Plaintext);
    EXPECT_EQ(get("a.nl")->level, Level::Plaintext);
    EXPECT_EQ(probe.started().size(), 2U);
}

TEST_F(Cache, AnswersFromWhatIsKeptWhileAFreshProbeRuns) {
    learn("a.nl", verdict("a.nl", Level::Dane));
    const PendingPtr fresh = cache.start_fresh(hop("a.nl"));
    EXPECT_NE(get("a.nl"), nullptr);
    EXPECT_EQ(fresh->value(), nullptr);
}

TEST_F(Cache, DoesNotForgetWhatItKnowsForAnUnknown) {
    learn("a.nl", verdict("a.nl", Level::Dane));
    const auto timeout = verdict("a.nl", Level::Unknown, {}, {Reason::Timeout});
    probe.release("a.nl", timeout);
    const PendingPtr fresh = cache.start_fresh(hop("a.nl"));
    settle();
    EXPECT_EQ(fresh->value()->level, Level::Unknown);
    EXPECT_EQ(get("a.nl")->level, Level::Dane);
    now = at("2026-11-23T09:00:00Z");
    EXPECT_EQ(get("a.nl"), nullptr) << "but not longer than it is valid";
}

TEST_F(Cache, DropsTheLeastRecentlyUsed) {
    for (const std::string key : {"a.nl", "b.nl", "c.nl"}) learn(key, verdict(key, Level::Dane));
    EXPECT_NE(get("a.nl"), nullptr);
    learn("d.nl", verdict("d.nl", Level::Dane));
    EXPECT_EQ(probe.started().size(), 4U);
    for (const std::string key : {"a.nl", "c.nl", "d.nl"}) EXPECT_NE(get(key), nullptr) << key;
    EXPECT_EQ(probe.started().size(), 4U);
    EXPECT_EQ(get("b.nl"), nullptr);
}

TEST_F(Cache, TurnsAThrowingProbeIntoUnknownForAFailuresTime) {
    testing::internal::CaptureStderr();
    probe.release("a.nl", std::make_exception_ptr(std::logic_error("no such row")));
    const VerdictPtr thrown = get("a.nl");
    const std::string text = testing::internal::GetCapturedStderr();
    ASSERT_NE(thrown, nullptr);
    EXPECT_EQ(thrown->domain, "a.nl");
    EXPECT_EQ(thrown->level, Level::Unknown);
    EXPECT_EQ(thrown->reasons, std::vector{Reason::ProtocolError});
    EXPECT_EQ(thrown->expires, now + std::chrono::seconds(60));
    EXPECT_NE(text.find("a.nl: bug: the probe threw an exception: no such row"), std::string::npos);
    now += std::chrono::seconds(60);
    probe.release("a.nl", verdict("a.nl", Level::Dane));
    EXPECT_EQ(get("a.nl")->level, Level::Dane) << "the next probe is a new one";
}

TEST(CacheAlone, SurvivesAProbeThatThrowsBeforeItIsACoroutine) {
    testing::internal::CaptureStderr();
    asio::io_context io;
    VerdictCache cache(
        io.get_executor(), {3, std::chrono::seconds(60)},
        [](NextHop, Freshness) -> asio::awaitable<policy::Verdict> {
            throw std::logic_error("at once");
        },
        [] { return at("2026-11-23T08:00:00Z"); });
    const PendingPtr pending = cache.start(hop("a.nl"));
    io.run();
    ASSERT_NE(pending->value(), nullptr);
    EXPECT_EQ(pending->value()->level, Level::Unknown);
    testing::internal::GetCapturedStderr();
}

TEST(CacheAlone, SaysWhichProbesMustUseNothingThatIsKept) {
    asio::io_context io;
    policy::WallTime now = at("2026-11-23T08:00:00Z");
    std::vector<Freshness> wanted;
    VerdictCache cache(
        io.get_executor(), {3, std::chrono::seconds(60)},
        [&wanted](NextHop, Freshness freshness) -> asio::awaitable<policy::Verdict> {
            wanted.push_back(freshness);
            throw std::logic_error("at once");
        },
        [&now] { return now; });
    testing::internal::CaptureStderr();
    const PendingPtr usual = cache.start(hop("a.nl"));
    const PendingPtr fresh = cache.start_fresh(hop("b.nl"));
    io.run();
    EXPECT_EQ(wanted, (std::vector<Freshness>{Freshness(), Freshness::anew()}));
    now += std::chrono::minutes(2);
    const PendingPtr renewed = cache.start(hop("a.nl"));
    io.restart();
    io.run();
    ASSERT_EQ(wanted.size(), 3U);
    EXPECT_EQ(wanted.back(), Freshness::within(std::chrono::seconds(119)))
        << "no session that the expired verdict was made from";
    testing::internal::GetCapturedStderr();
}

TEST_F(Cache, GoesOnWithTheProbeOfACancelledWaiter) {
    VerdictPtr result;
    bool ended = false;
    asio::cancellation_signal gone;
    const PendingPtr pending = cache.start(hop("a.nl"));
    asio::co_spawn(io, wait_into(&result, &ended, pending, far()),
                   asio::bind_cancellation_slot(gone.slot(), asio::detached));
    settle();
    gone.emit(asio::cancellation_type::terminal);
    settle();
    EXPECT_TRUE(ended);
    EXPECT_EQ(result, nullptr);
    EXPECT_EQ(pending->value(), nullptr);
    probe.release("a.nl", verdict("a.nl", Level::Dane));
    settle();
    ASSERT_NE(pending->value(), nullptr);
    EXPECT_EQ(get("a.nl"), pending->value());
    EXPECT_EQ(probe.started().size(), 1U);
}

TEST_F(Cache, StopsWaitingAtTheDeadlineButNotProbing) {
    VerdictPtr result;
    bool ended = false;
    const PendingPtr pending = cache.start(hop("a.nl"));
    asio::co_spawn(io, wait_into(&result, &ended, pending, Deadline(Deadline::Clock::now())),
                   asio::detached);
    while (!ended) {
        io.restart();
        io.run_one();
    }
    EXPECT_EQ(result, nullptr);
    probe.release("a.nl", verdict("a.nl", Level::Dane));
    settle();
    EXPECT_NE(pending->value(), nullptr);
}

TEST_F(Cache, GivesAVerdictThatIsThereEvenAfterTheDeadline) {
    learn("a.nl", verdict("a.nl", Level::Dane));
    VerdictPtr result;
    bool ended = false;
    asio::co_spawn(io,
                   wait_into(&result, &ended, cache.start(hop("a.nl")),
                             Deadline(Deadline::Clock::time_point::min())),
                   asio::detached);
    settle();
    EXPECT_NE(result, nullptr);
}

TEST_F(Cache, LetsItsContextGoWhileProbesAndWaitersAreThere) {
    VerdictPtr result;
    bool ended = false;
    asio::io_context dying;
    VerdictCache other(dying.get_executor(), limits(), probe.function(), [this] { return now; });
    asio::co_spawn(dying, wait_into(&result, &ended, other.start(hop("a.nl")), far()),
                   asio::detached);
    dying.poll();
    EXPECT_EQ(probe.started().size(), 1U);
    EXPECT_FALSE(ended);
}

}  // namespace
}  // namespace smarttls::engine
