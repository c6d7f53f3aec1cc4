// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/cache.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::Reason;
using policy::StsMode;
using std::chrono::hours;
using std::chrono::seconds;

constexpr policy::WallTime kStart{seconds{1'800'000'000}};

DomainName name(const char* text) {
    return DomainName::parse(text).value();
}

StoredPolicy stored(const char* id, seconds max_age = hours(24 * 7),
                    StsMode mode = StsMode::Enforce, policy::WallTime fetched = kStart) {
    return {id, {mode, max_age, {"mx.example.nl"}}, fetched};
}

class StsCacheTest : public testing::Test {
  protected:
    StsCache cache_;
    const DomainName domain_ = name("example.nl");
};

TEST_F(StsCacheTest, KnowsNothingAtFirst) {
    EXPECT_EQ(cache_.find(domain_, kStart), nullptr);
    EXPECT_TRUE(cache_.wants_fetch(domain_, "1", kStart));
}

TEST_F(StsCacheTest, KeepsAPolicyUntilMaxAgeHasPassed) {
    cache_.keep(domain_, stored("1", seconds(100)));
    ASSERT_NE(cache_.find(domain_, kStart + seconds(99)), nullptr);
    EXPECT_EQ(cache_.find(domain_, kStart + seconds(99))->id, "1");
    EXPECT_FALSE(cache_.wants_fetch(domain_, "1", kStart + seconds(99)));
    EXPECT_EQ(cache_.find(domain_, kStart + seconds(100)), nullptr);
    EXPECT_TRUE(cache_.wants_fetch(domain_, "1", kStart + seconds(100)));
}

TEST_F(StsCacheTest, NeverKeepsAPolicyOfMaxAgeZero) {
    cache_.keep(domain_, stored("1", seconds(0)));
    EXPECT_EQ(cache_.find(domain_, kStart), nullptr);
}

TEST_F(StsCacheTest, HoldsAPolicyForItsExactDomain) {
    cache_.keep(domain_, stored("1"));
    EXPECT_EQ(cache_.find(name("sub.example.nl"), kStart), nullptr);
    EXPECT_EQ(cache_.find(name("nl"), kStart), nullptr);
    EXPECT_NE(cache_.find(name("EXAMPLE.nl."), kStart), nullptr);
}

TEST_F(StsCacheTest, WantsAFetchForAnotherIdAndOnceADay) {
    cache_.keep(domain_, stored("1"));
    EXPECT_TRUE(cache_.wants_fetch(domain_, "2", kStart + seconds(1)));
    EXPECT_FALSE(cache_.wants_fetch(domain_, "1", kStart + hours(24) - seconds(1)));
    EXPECT_TRUE(cache_.wants_fetch(domain_, "1", kStart + hours(24)));
}

TEST_F(StsCacheTest, WantsAFetchWhenTheClockWasWrong) {
    cache_.keep(domain_, stored("1", hours(24), StsMode::Enforce, kStart + hours(1000)));
    EXPECT_NE(cache_.find(domain_, kStart), nullptr);
    EXPECT_TRUE(cache_.wants_fetch(domain_, "1", kStart));
}

TEST_F(StsCacheTest, SurvivesAFailedRefresh) {
    cache_.keep(domain_, stored("1"));
    cache_.note_failure(domain_, "2", Reason::StsPolicyFetchError, kStart + hours(1));
    ASSERT_NE(cache_.find(domain_, kStart + hours(2)), nullptr);
    EXPECT_EQ(cache_.find(domain_, kStart + hours(2))->id, "1");
}

TEST_F(StsCacheTest, BacksOffForFiveMinutesPerId) {
    cache_.note_failure(domain_, "1", Reason::StsWebpkiInvalid, kStart);
    EXPECT_FALSE(cache_.wants_fetch(domain_, "1", kStart + seconds(299)));
    ASSERT_NE(cache_.failure(domain_, "1", kStart + seconds(299)), nullptr);
    EXPECT_EQ(*cache_.failure(domain_, "1", kStart + seconds(299)), Reason::StsWebpkiInvalid);
    EXPECT_TRUE(cache_.wants_fetch(domain_, "1", kStart + seconds(300)));
    EXPECT_EQ(cache_.failure(domain_, "1", kStart + seconds(300)), nullptr);
    EXPECT_TRUE(cache_.wants_fetch(domain_, "2", kStart + seconds(1)));
    EXPECT_TRUE(cache_.wants_fetch(name("other.nl"), "1", kStart + seconds(1)));
}

TEST_F(StsCacheTest, ReplacesAPolicyByOneOfModeNone) {
    cache_.keep(domain_, stored("1"));
    cache_.keep(domain_, stored("2", hours(24), StsMode::None, kStart + hours(1)));
    const StoredPolicy* policy = cache_.find(domain_, kStart + hours(2));
    ASSERT_NE(policy, nullptr);
    EXPECT_EQ(policy->policy.mode, StsMode::None);
    EXPECT_EQ(policy->id, "2");
    EXPECT_EQ(cache_.find(domain_, kStart + hours(26)), nullptr);
}

TEST_F(StsCacheTest, DropsThePolicyThatWasNotUsedForLongest) {
    StsCache small(StsCacheLimits{2, 1 << 20, 2});
    small.keep(name("a.nl"), stored("1"));
    small.keep(name("b.nl"), stored("1"));
    EXPECT_NE(small.find(name("a.nl"), kStart), nullptr);
    small.keep(name("c.nl"), stored("1"));
    EXPECT_EQ(small.find(name("b.nl"), kStart), nullptr);
    EXPECT_NE(small.find(name("a.nl"), kStart), nullptr);
    EXPECT_NE(small.find(name("c.nl"), kStart), nullptr);
}

TEST_F(StsCacheTest, IsBoundedInBytes) {
    StsCache small(StsCacheLimits{100, 10'000, 2});
    StoredPolicy large = stored("1");
    large.policy.mx.assign(100, std::string(40, 'a'));
    small.keep(name("a.nl"), large);
    small.keep(name("b.nl"), large);
    EXPECT_EQ(small.find(name("a.nl"), kStart), nullptr);
    EXPECT_NE(small.find(name("b.nl"), kStart), nullptr);
}

TEST_F(StsCacheTest, IsBoundedInFailures) {
    StsCache small(StsCacheLimits{2, 1 << 20, 2});
    small.note_failure(name("a.nl"), "1", Reason::StsPolicyInvalid, kStart);
    small.note_failure(name("b.nl"), "1", Reason::StsPolicyInvalid, kStart + seconds(200));
    small.note_failure(name("c.nl"), "1", Reason::StsPolicyInvalid, kStart + seconds(400));
    EXPECT_FALSE(small.wants_fetch(name("b.nl"), "1", kStart + seconds(400)));
    EXPECT_FALSE(small.wants_fetch(name("c.nl"), "1", kStart + seconds(400)));
}

}  // namespace
}  // namespace smarttls::engine
