// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/archive.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::StsMode;
using std::chrono::seconds;

constexpr policy::WallTime kStart{seconds{1'800'000'000}};

DomainName name(const char* text) {
    return DomainName::parse(text).value();
}

class Archive : public testing::Test {
  protected:
    std::unique_ptr<StsArchive> open() {
        auto archive = StsArchive::open(path_);
        EXPECT_TRUE(archive) << archive.error().what;
        return *std::move(archive);
    }

    TemporaryDirectory directory_;
    const std::string path_ = directory_ / "cache.db";
};

TEST_F(Archive, IsEmptyAtFirst) {
    EXPECT_TRUE(open()->load(kStart).value().empty());
}

TEST_F(Archive, GivesBackWhatWasPutBeforeTheRestart) {
    const StsPolicy policy{StsMode::Enforce, seconds(604800), {"mx.example.nl", "*.example.net"}};
    open()->put(name("example.nl"), {"id1", policy, kStart});
    const auto archive = open();
    const auto policies = archive->load(kStart + seconds(604799)).value();
    ASSERT_EQ(policies.size(), 1U);
    EXPECT_EQ(policies[0].first.str(), "example.nl");
    EXPECT_EQ(policies[0].second.id, "id1");
    EXPECT_EQ(policies[0].second.fetched, kStart);
    EXPECT_EQ(policies[0].second.policy.mode, StsMode::Enforce);
    EXPECT_EQ(policies[0].second.policy.max_age, seconds(604800));
    EXPECT_EQ(policies[0].second.policy.mx, policy.mx);
}

TEST_F(Archive, KeepsTheNewestPolicyOfADomain) {
    {
        const auto archive = open();
        archive->put(name("example.nl"), {"1", {StsMode::Enforce, seconds(100), {"a.nl"}}, kStart});
        archive->put(name("example.nl"), {"2", {StsMode::None, seconds(200), {}}, kStart});
    }
    const auto policies = open()->load(kStart).value();
    ASSERT_EQ(policies.size(), 1U);
    EXPECT_EQ(policies[0].second.id, "2");
    EXPECT_EQ(policies[0].second.policy.mode, StsMode::None);
}

TEST_F(Archive, ForgetsWhatHasExpired) {
    open()->put(name("example.nl"), {"1", {StsMode::Testing, seconds(100), {"a.nl"}}, kStart});
    EXPECT_TRUE(open()->load(kStart + seconds(100)).value().empty());
    EXPECT_TRUE(open()->load(kStart).value().empty());
}

TEST_F(Archive, SkipsARowThatIsNoPolicy) {
    open()->put(name("example.nl"), {"1", {StsMode::Testing, seconds(100), {"a.nl"}}, kStart});
    {
        auto database = store::Database::open(path_, store::OpenMode::Existing);
        ASSERT_TRUE(database);
        ASSERT_TRUE(database->exec("UPDATE sts_policy SET policy = 'mode: enforce'"));
    }
    EXPECT_TRUE(open()->load(kStart).value().empty());
}

TEST_F(Archive, SaysWhereItCannotBeOpened) {
    const auto archive = StsArchive::open(directory_ / "no/such/cache.db");
    ASSERT_FALSE(archive);
    EXPECT_NE(archive.error().what.find("no/such/cache.db"), std::string::npos);
}

TEST(StsPolicyText, IsNeverLongerThanWhatWasRead) {
    const std::string text = "version:STSv1\nmode:enforce\nmax_age:60\nmx:a.nl\nmx:*.b.nl";
    EXPECT_EQ(format_sts_policy(parse_sts_policy(text).value()), text);
}

}  // namespace
}  // namespace smarttls::engine
