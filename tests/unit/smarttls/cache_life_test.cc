// SPDX-License-Identifier: Apache-2.0
//
// The life of a verdict in the cache: bounds of its time, renewal, staleness, memory of the best
// level, the archive behind it.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "smarttls/cache.h"
#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Level;
using policy::NextHop;
using policy::Reason;
using policy::Verdict;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

NextHop hop(const std::string& text) {
    return NextHop::parse(text).value();
}

class LifeInCache : public testing::Test {
  protected:
    LifeInCache() { restart(); }
    ~LifeInCache() override { testing::internal::GetCapturedStderr(); }

    static CacheLimits limits() {
        CacheLimits result{100, seconds(60)};
        result.insecure_ttl = minutes(5);
        result.stale_ttl = hours(1);
        result.best_seen_ttl = hours(24 * 30);
        return result;
    }

    /// A new process: what is in memory is gone.
    void restart() {
        cache_.reset();
        archive_.reset();
        const ArchiveLimits disk{1 << 30, hours(24 * 30), 1};
        archive_ = VerdictArchive::open(path_, disk, io_.get_executor()).value();
        cache_ = std::make_unique<VerdictCache>(io_.get_executor(), limits(), probe_.function(),
                                                [this] { return now_; });
        cache_->keep_in(*archive_);
    }

    /// Until the archive has answered; a held probe is what may remain.
    void settle() {
        bool answered = false;
        archive_->find("nobody.nl", [&](const auto&) { answered = true; });
        io_.restart();
        while (!answered) io_.run_one();
        io_.poll();
    }

    VerdictPtr get(const std::string& key) {
        const PendingPtr pending = cache_->start(hop(key));
        settle();
        return pending->value();
    }
    VerdictPtr fresh(const std::string& key) {
        const PendingPtr pending = cache_->start_fresh(hop(key));
        settle();
        return pending->value();
    }
    /// What the next probe finds, for an hour.
    void next(Level level, std::vector<Reason> reasons = {}) {
        Verdict found = verdict("a.nl", level, {}, std::move(reasons));
        found.checked = now_;
        found.expires = now_ + (level == Level::Unknown ? seconds(60) : seconds(3600));
        probe_.release("a.nl", found);
    }
    void maintain() {
        cache_->maintain();
        settle();
    }
    [[nodiscard]] std::size_t probes() const { return probe_.started().size(); }
    static bool has(const VerdictPtr& verdict, Reason reason) {
        const auto& all = verdict->reasons;
        return std::find(all.begin(), all.end(), reason) != all.end();
    }

    TemporaryDirectory directory_;
    const std::string path_ = directory_ / "cache.db";
    asio::io_context io_;
    ScriptedProbe probe_;
    policy::WallTime now_ = at("2026-11-23T08:00:00Z");
    std::unique_ptr<VerdictArchive> archive_;
    std::unique_ptr<VerdictCache> cache_;
    const bool captured_ = (testing::internal::CaptureStderr(), true);
};

TEST_F(LifeInCache, GoesOnAfterARestartWithoutAProbe) {
    next(Level::Dane);
    const VerdictPtr before = get("a.nl");
    ASSERT_NE(before, nullptr);
    restart();
    const VerdictPtr after = get("a.nl");
    ASSERT_NE(after, nullptr);
    EXPECT_EQ(after->json(), before->json());
    EXPECT_EQ(after->best_seen, Level::Dane);
    EXPECT_EQ(get("a.nl"), after) << "from memory now";
    EXPECT_EQ(probes(), 1U);
    restart();
    now_ += hours(1);
    EXPECT_EQ(get("a.nl"), nullptr) << "expired: a probe runs";
    EXPECT_EQ(probes(), 2U);
}

TEST_F(LifeInCache, AnswersFromTheArchiveWhileAFreshProbeThatJoinedItRuns) {
    next(Level::Dane);
    get("a.nl");
    restart();
    const PendingPtr asked = cache_->start(hop("a.nl"));
    const PendingPtr anew = cache_->start_fresh(hop("a.nl"));
    settle();
    ASSERT_NE(asked->value(), nullptr);
    EXPECT_EQ(anew->value(), nullptr);
    EXPECT_EQ(probes(), 2U);
    next(Level::Pkix);
    settle();
    EXPECT_EQ(anew->value()->level, Level::Pkix);
    EXPECT_EQ(asked->value()->level, Level::Dane);
}

TEST_F(LifeInCache, IsShortForPlaintextAndForbidden) {
    for (const Level level : {Level::Plaintext, Level::Forbidden}) {
        next(level);
        EXPECT_EQ(fresh("a.nl")->expires, now_ + minutes(5)) << to_string(level);
    }
    next(Level::Encrypted);
    EXPECT_EQ(fresh("a.nl")->expires, now_ + hours(1));
}

TEST_F(LifeInCache, EndsWhenTheClockWasWrong) {
    now_ += hours(24 * 365);
    next(Level::Dane);
    get("a.nl");
    now_ -= hours(24 * 365);
    EXPECT_EQ(get("a.nl"), nullptr);
    EXPECT_EQ(probes(), 2U);
}

TEST_F(LifeInCache, IsRenewedInItsLastTenthWhenItIsInUse) {
    next(Level::Dane);
    get("a.nl");
    now_ += minutes(53);
    get("a.nl");
    maintain();
    EXPECT_EQ(probes(), 1U) << "not before its last tenth";
    now_ += minutes(7) - seconds(1);
    next(Level::Dane);
    maintain();
    EXPECT_EQ(probes(), 2U);
    now_ += minutes(30);
    EXPECT_NE(get("a.nl"), nullptr) << "nobody waits";
    EXPECT_EQ(probes(), 2U);
}

TEST_F(LifeInCache, IsLeftToEndWhenNobodyAsked) {
    next(Level::Dane);
    get("a.nl");
    now_ += minutes(60) - seconds(1);
    maintain();
    EXPECT_EQ(probes(), 1U);
    EXPECT_NE(get("a.nl"), nullptr);
    EXPECT_EQ(probes(), 2U) << "but whoever asks after all renews it for the next";
}

TEST_F(LifeInCache, IsStretchedWhileNothingCanBeFoundOut) {
    next(Level::Dane);
    get("a.nl");
    now_ += hours(1);
    next(Level::Unknown, {Reason::Timeout});
    const VerdictPtr stale = get("a.nl");
    ASSERT_NE(stale, nullptr);
    EXPECT_EQ(stale->level, Level::Dane);
    EXPECT_TRUE(stale->stale);
    EXPECT_EQ(stale->stale_reasons, std::vector{Reason::Timeout});
    EXPECT_NE(stale->json().find("\"stale\":true,\"stale_reasons\":[\"timeout\"]"), std::string::npos);
    now_ += seconds(59);
    EXPECT_EQ(get("a.nl"), stale) << "at once, and without a probe";
    EXPECT_EQ(probes(), 2U);
    now_ += seconds(1);
    EXPECT_EQ(get("a.nl"), stale) << "at once, while a probe runs";
    EXPECT_EQ(probes(), 3U);
    next(Level::Pkix);
    settle();
    EXPECT_EQ(get("a.nl")->level, Level::Pkix);
    EXPECT_FALSE(get("a.nl")->stale);
}

TEST_F(LifeInCache, IsStretchedToItsBoundAndNotBeyond) {
    next(Level::Dane);
    get("a.nl");
    now_ += hours(1);
    next(Level::Unknown);
    EXPECT_TRUE(get("a.nl")->stale);
    now_ += hours(1) - seconds(1);
    EXPECT_TRUE(get("a.nl")->stale);
    next(Level::Unknown);
    settle();
    now_ += seconds(1);
    next(Level::Unknown);
    EXPECT_EQ(get("a.nl")->level, Level::Unknown);
    EXPECT_EQ(get("a.nl")->best_seen, Level::Dane);
}

TEST_F(LifeInCache, IsStretchedAfterARestartAsWell) {
    next(Level::MtaSts);
    get("a.nl");
    restart();
    now_ += hours(1) + minutes(1);
    next(Level::Unknown, {Reason::DnsFailure});
    EXPECT_TRUE(get("a.nl")->stale);
}

TEST_F(LifeInCache, TellsWhoAsksAnewThatNothingWasFoundOut) {
    next(Level::Dane);
    get("a.nl");
    now_ += hours(1);
    next(Level::Unknown, {Reason::Timeout});
    const PendingPtr asked = cache_->start(hop("a.nl"));
    EXPECT_EQ(fresh("a.nl")->level, Level::Unknown);
    EXPECT_EQ(asked->value()->level, Level::Dane);
    EXPECT_EQ(probes(), 2U) << "one probe for both";
}

TEST_F(LifeInCache, IsNeverStretchedWhenItSendsMailAway) {
    for (const Level level : {Level::Plaintext, Level::Forbidden, Level::NoMail}) {
        next(level);
        fresh("a.nl");
        now_ += hours(1);
        next(Level::Unknown);
        EXPECT_EQ(get("a.nl")->level, Level::Unknown) << to_string(level);
    }
}

TEST_F(LifeInCache, RaisesAnAlarmOnceWhenDaneIsLostAlsoOverARestart) {
    next(Level::Dane);
    get("a.nl");
    restart();
    testing::internal::GetCapturedStderr();
    testing::internal::CaptureStderr();
    for (int i = 0; i < 2; ++i) {
        next(Level::Plaintext, {Reason::StarttlsNotSupported});
        const VerdictPtr lost = fresh("a.nl");
        EXPECT_EQ(lost->level, Level::Plaintext);
        EXPECT_EQ(lost->best_seen, Level::Dane);
        EXPECT_TRUE(has(lost, Reason::Downgrade));
        restart();
    }
    const std::string text = testing::internal::GetCapturedStderr();
    testing::internal::CaptureStderr();
    const auto first = text.find("a.nl: possible downgrade attack: level plaintext, was dane");
    ASSERT_NE(first, std::string::npos) << text;
    EXPECT_EQ(text.find("downgrade attack", first + 20), std::string::npos) << text;
}

TEST_F(LifeInCache, EndsWhenItIsForgottenWithTheBestLevel) {
    next(Level::Dane);
    get("a.nl");
    maintain();
    cache_->forget(hop("A.NL"));
    next(Level::Plaintext);
    const VerdictPtr anew = get("a.nl");
    EXPECT_EQ(anew->level, Level::Plaintext);
    EXPECT_FALSE(has(anew, Reason::Downgrade));
    EXPECT_EQ(anew->best_seen, Level::Plaintext);
    cache_->forget_all();
    restart();
    EXPECT_EQ(get("a.nl"), nullptr);
    EXPECT_EQ(probes(), 3U);
}

TEST_F(LifeInCache, ForgetsTheBestLevelForAProbeThatRunsAsWell) {
    next(Level::Dane);
    get("a.nl");
    const PendingPtr running = cache_->start_fresh(hop("a.nl"));
    settle();
    cache_->forget_all();
    next(Level::Plaintext);
    settle();
    EXPECT_FALSE(has(running->value(), Reason::Downgrade));
}

}  // namespace
}  // namespace smarttls::engine
