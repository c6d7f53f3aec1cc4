// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/finder.h"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "smarttls/gather.h"
#include "smarttls/sts/renewal.h"
#include "tests/unit/smarttls/mail/run.h"
#include "tests/unit/smarttls/mail/table_lookup.h"

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::Reason;
using policy::StsMode;
using std::chrono::hours;
using std::chrono::seconds;
using Reasons = std::vector<Reason>;

constexpr policy::WallTime kStart{seconds{1'800'000'000}};

StsFetched good(StsMode mode = StsMode::Enforce, seconds max_age = hours(24 * 7)) {
    StsFetched fetched;
    fetched.policy = StsPolicy{mode, max_age, {"mx.example.nl"}};
    return fetched;
}

StsFetched bad(Reason reason) {
    return {std::nullopt, reason, "a test"};
}

class Finder : public testing::Test {
  protected:
    StsFinding find(const char* domain = "example.nl") {
        boost::asio::io_context io;
        return run(io, finder_.find(DomainName::parse(domain).value(), soon()));
    }
    /// Whatever is due, as the timer does.
    void renew() {
        boost::asio::io_context io;
        for (DomainName domain : finder_.due(9)) {
            boost::asio::co_spawn(io, finder_.renew(std::move(domain), soon()),
                                  boost::asio::detached);
        }
        io.run();
    }
    void text(std::vector<TxtRecord> all) {
        dns_.txt_answers["_mta-sts.example.nl"] =
            records<TxtRecord>(DnsStatus::Insecure, std::move(all), 3600);
    }
    void dns_fails(DnsStatus status) {
        dns_.txt_answers["_mta-sts.example.nl"] =
            without_records<TxtRecord>(status, DnsOutcome::None);
    }
    void no_text() { dns_.txt_answers.clear(); }

    TableLookup dns_;
    policy::WallTime now_ = kStart;
    StsFetched next_ = good();
    std::chrono::milliseconds pause_{0};  // of each fetch
    int fetches_ = 0;
    std::vector<std::string> kept_;
    StsFinder finder_{dns_,
                      [this](DomainName, policy::Deadline) -> boost::asio::awaitable<StsFetched> {
                          ++fetches_;
                          boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor,
                                                          pause_);
                          co_await timer.async_wait(boost::asio::use_awaitable);
                          co_return next_;
                      },
                      [this] { return now_; },
                      [this](const DomainName& domain, const StoredPolicy& policy) {
                          kept_.push_back(domain.str() + " " + policy.id);
                      }};
};

TEST_F(Finder, FindsNothingWithoutARecord) {
    const StsFinding finding = find();
    EXPECT_FALSE(finding.policy);
    EXPECT_EQ(finding.standing, StsStanding::Current);
    EXPECT_EQ(finding.reasons, Reasons{});
    EXPECT_EQ(fetches_, 0);
    EXPECT_EQ(dns_.asked, std::vector<std::string>{"TXT _mta-sts.example.nl"});
}

TEST_F(Finder, FetchesAndRemembers) {
    text({{"v=STSv1; id=1"}});
    for (int i = 0; i < 3; ++i) {
        const StsFinding finding = find();
        ASSERT_TRUE(finding.policy);
        EXPECT_EQ(finding.policy->mode, StsMode::Enforce);
        EXPECT_EQ(finding.policy->id, "1");
        EXPECT_EQ(finding.policy->max_age, 604800U);
        EXPECT_EQ(finding.policy->mx, std::vector<std::string>{"mx.example.nl"});
        EXPECT_EQ(finding.standing, StsStanding::Current);
        EXPECT_EQ(finding.ttl, seconds(3600));
    }
    EXPECT_EQ(fetches_, 1);
    EXPECT_EQ(kept_, std::vector<std::string>{"example.nl 1"});
}

TEST_F(Finder, FetchesOnceForAllWhoAskAtATime) {
    boost::asio::io_context io;
    text({{"v=STSv1; id=1"}});
    pause_ = std::chrono::milliseconds(20);
    std::vector<boost::asio::awaitable<StsFinding>> askers;
    for (int i = 0; i < 5; ++i) {
        const auto domain = DomainName::parse("example.nl").value();
        askers.push_back(finder_.find(domain, soon()));
    }
    const auto findings = run(io, gather(io.get_executor(), std::move(askers)));
    ASSERT_EQ(findings.size(), 5U);
    for (const StsFinding& finding : findings) EXPECT_TRUE(finding.policy);
    EXPECT_EQ(fetches_, 1);
}

TEST_F(Finder, MayBeAbandonedWhileItFetches) {
    text({{"v=STSv1; id=1"}});
    pause_ = std::chrono::hours(1);
    {
        boost::asio::io_context io;
        for (int i = 0; i < 2; ++i) {
            const auto domain = DomainName::parse("example.nl").value();
            boost::asio::co_spawn(io, finder_.find(domain, soon()), boost::asio::detached);
        }
        io.poll();
        EXPECT_EQ(fetches_, 1);
    }
    pause_ = std::chrono::milliseconds(0);
    EXPECT_TRUE(find().policy);
}

TEST_F(Finder, FetchesAgainWhenTheIdChangesAndOnceADay) {
    text({{"v=STSv1; id=1"}});
    find();
    text({{"v=STSv1; id=2"}});
    next_ = good(StsMode::Testing);
    EXPECT_EQ(find().policy->mode, StsMode::Testing);
    EXPECT_EQ(fetches_, 2);
    now_ += hours(25);
    find();
    EXPECT_EQ(fetches_, 3);
}

TEST_F(Finder, IsAsIfNotImplementedWhenTheFirstFetchFails) {
    text({{"v=STSv1; id=1"}});
    for (const Reason reason :
         {Reason::StsPolicyFetchError, Reason::StsPolicyInvalid, Reason::StsWebpkiInvalid}) {
        next_ = bad(reason);
        const StsFinding finding = find();
        EXPECT_FALSE(finding.policy);
        EXPECT_EQ(finding.reasons, Reasons{reason});
        EXPECT_EQ(finding.ttl, StsCache::kBackOff);
        now_ += StsCache::kBackOff;
    }
    EXPECT_EQ(fetches_, 3);
}

TEST_F(Finder, WaitsFiveMinutesAfterAFailureAndNotForAnotherId) {
    text({{"v=STSv1; id=1"}});
    next_ = bad(Reason::StsPolicyFetchError);
    find();
    now_ += seconds(299);
    EXPECT_EQ(find().reasons, Reasons{Reason::StsPolicyFetchError});
    EXPECT_EQ(fetches_, 1);
    text({{"v=STSv1; id=2"}});
    next_ = good();
    EXPECT_TRUE(find().policy);
    EXPECT_EQ(fetches_, 2);
}

TEST_F(Finder, KeepsThePolicyInForceWhateverFails) {
    text({{"v=STSv1; id=1"}});
    find();
    text({{"v=STSv1; id=2"}});
    next_ = bad(Reason::StsWebpkiInvalid);
    StsFinding finding = find();
    ASSERT_TRUE(finding.policy);
    EXPECT_EQ(finding.policy->id, "1");
    EXPECT_EQ(finding.standing, StsStanding::Unsure);
    EXPECT_EQ(finding.reasons, Reasons{Reason::StsWebpkiInvalid});

    for (const DnsStatus status : {DnsStatus::Failed, DnsStatus::Bogus}) {
        dns_fails(status);
        finding = find();
        ASSERT_TRUE(finding.policy);
        EXPECT_EQ(finding.standing, StsStanding::Unsure);
        EXPECT_EQ(finding.reasons, Reasons{Reason::StsPolicyFetchError});
    }
    text({{"v=STSv1; id=2"}, {"v=STSv1; id=3"}});
    finding = find();
    ASSERT_TRUE(finding.policy);
    EXPECT_EQ(finding.standing, StsStanding::Unsure);
    EXPECT_EQ(finding.reasons, Reasons{Reason::StsPolicyInvalid});
    no_text();
    finding = find();
    ASSERT_TRUE(finding.policy);
    EXPECT_EQ(finding.standing, StsStanding::Current);
    now_ = kStart + hours(24 * 7);
    EXPECT_FALSE(find().policy);
}

TEST_F(Finder, KnowsNoPolicyWhileTheDnsFails) {
    dns_fails(DnsStatus::Failed);
    const StsFinding finding = find();
    EXPECT_FALSE(finding.policy);
    EXPECT_EQ(finding.standing, StsStanding::Unsure);
    EXPECT_EQ(finding.ttl, seconds(60));
    EXPECT_EQ(fetches_, 0);
}

TEST_F(Finder, ReplacesAPolicyByOneOfModeNone) {
    text({{"v=STSv1; id=1"}});
    find();
    text({{"v=STSv1; id=2"}});
    next_ = good(StsMode::None, hours(24));
    EXPECT_EQ(find().policy->mode, StsMode::None);
    no_text();
    EXPECT_EQ(find().policy->mode, StsMode::None);
}

TEST_F(Finder, AsksForTheDomainItselfAndNeverForItsParent) {
    text({{"v=STSv1; id=1"}});
    find();
    EXPECT_FALSE(find("sub.example.nl").policy);
    EXPECT_EQ(dns_.asked.back(), "TXT _mta-sts.sub.example.nl");
}

TEST_F(Finder, StartsWithWhatAnEarlierProcessFetched) {
    finder_.remember(DomainName::parse("example.nl").value(),
                     {"1", *good().policy, kStart - hours(1)});
    text({{"v=STSv1; id=1"}});
    EXPECT_TRUE(find().policy);
    EXPECT_EQ(fetches_, 0);
}

TEST_F(Finder, RenewsADayOldPolicyThoughNobodyAsks) {
    text({{"v=STSv1; id=1"}});
    find();
    EXPECT_TRUE(finder_.due(9).empty());
    now_ += hours(24);
    ASSERT_EQ(finder_.due(9).size(), 1U);
    text({{"v=STSv1; id=2"}});
    next_ = good(StsMode::Testing);
    renew();
    EXPECT_EQ(fetches_, 2);
    EXPECT_TRUE(finder_.due(9).empty());
    EXPECT_EQ(kept_.back(), "example.nl 2");
    EXPECT_EQ(find().policy->mode, StsMode::Testing);
    EXPECT_EQ(fetches_, 2);
}

TEST_F(Finder, RenewsAlsoWithoutARecordOrAnAnswerAboutIt) {
    text({{"v=STSv1; id=1"}});
    find();
    no_text();
    now_ += hours(24);
    renew();
    EXPECT_EQ(fetches_, 2);
    EXPECT_EQ(kept_.back(), "example.nl 1");
    dns_fails(DnsStatus::Failed);
    now_ += hours(24);
    renew();
    EXPECT_EQ(fetches_, 3);
}

TEST_F(Finder, WarnsWhenARenewalFailsAndTriesAgainAfterAnHour) {
    text({{"v=STSv1; id=1"}});
    find();
    now_ += hours(24);
    next_ = bad(Reason::StsWebpkiInvalid);
    testing::internal::CaptureStderr();
    renew();
    EXPECT_NE(testing::internal::GetCapturedStderr().find("the MTA-STS policy of before stays in force"),
              std::string::npos);
    EXPECT_TRUE(finder_.due(9).empty());
    now_ += StsCache::kRetry - seconds(1);
    EXPECT_TRUE(finder_.due(9).empty());
    now_ += seconds(1);
    EXPECT_EQ(finder_.due(9).size(), 1U);
    EXPECT_TRUE(find().policy);
}

TEST_F(Finder, DoesNotRenewWithinTheBackOffOfAFailure) {
    text({{"v=STSv1; id=1"}});
    find();
    now_ += hours(24);
    next_ = bad(Reason::StsPolicyFetchError);
    find();
    EXPECT_EQ(fetches_, 2);
    renew();
    EXPECT_EQ(fetches_, 2);
}

TEST_F(Finder, LetsPoliciesOfModeNoneAndThoseThatHaveEndedRunOut) {
    text({{"v=STSv1; id=1"}});
    next_ = good(StsMode::None);
    find();
    now_ += hours(24);
    EXPECT_TRUE(finder_.due(9).empty());
    text({{"v=STSv1; id=2"}});
    next_ = good(StsMode::Enforce, seconds(100));
    find();
    now_ += hours(24);
    EXPECT_TRUE(finder_.due(9).empty());
}

TEST_F(Finder, RenewsByItselfRoundByRound) {
    text({{"v=STSv1; id=1"}});
    find();
    now_ += hours(24);
    boost::asio::io_context io;
    boost::asio::co_spawn(io, renew_policies(finder_, {std::chrono::milliseconds(1)}),
                          boost::asio::detached);
    const auto limit = std::chrono::steady_clock::now() + seconds(10);
    while (fetches_ < 2 && std::chrono::steady_clock::now() < limit) io.run_one();
    EXPECT_EQ(fetches_, 2);
}

TEST_F(Finder, HoldsNoLongerThanThePolicy) {
    text({{"v=STSv1; id=1"}});
    next_ = good(StsMode::Enforce, seconds(100));
    EXPECT_EQ(find().ttl, seconds(100));
}

}  // namespace
}  // namespace smarttls::engine
