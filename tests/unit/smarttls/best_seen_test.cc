// SPDX-License-Identifier: Apache-2.0
#include "smarttls/best_seen.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::Reason;
using policy::StsMode;
using policy::Verdict;
using std::chrono::hours;

constexpr std::chrono::seconds kMonth = hours(24 * 30);

Verdict with_policy(Level level, StsMode mode) {
    Verdict result = verdict("a.nl", level);
    result.sts = policy::StsFacts{mode, "1", 86400, {"mx.a.nl"}};
    return result;
}

TEST(Downgrade, IsTheLossOfDaneOfMtaStsOrOfAnyTls) {
    const std::vector<std::pair<Level, std::vector<Level>>> falls{
        {Level::Dane,
         {Level::MtaSts, Level::Pkix, Level::Encrypted, Level::Plaintext, Level::Forbidden}},
        {Level::MtaSts, {Level::Pkix, Level::Encrypted, Level::Plaintext, Level::Forbidden}},
        {Level::Pkix, {Level::Plaintext}},
        {Level::Encrypted, {Level::Plaintext}},
        {Level::Plaintext, {}},
        {Level::Unknown, {}},
    };
    for (const auto& [best, losses] : falls) {
        for (const Level level : {Level::Unknown, Level::NoMail, Level::Forbidden, Level::Plaintext,
                                  Level::Encrypted, Level::Pkix, Level::MtaSts, Level::Dane}) {
            const bool expected = std::find(losses.begin(), losses.end(), level) != losses.end();
            EXPECT_EQ(is_downgrade(best, verdict("a.nl", level)), expected)
                << to_string(best) << " to " << to_string(level);
        }
    }
}

TEST(Downgrade, IsNoneWhenTheDomainItselfEndsItsPolicy) {
    for (const StsMode mode : {StsMode::Testing, StsMode::None}) {
        EXPECT_FALSE(is_downgrade(Level::MtaSts, with_policy(Level::Pkix, mode)));
        EXPECT_TRUE(is_downgrade(Level::MtaSts, with_policy(Level::Encrypted, mode)));
        EXPECT_TRUE(is_downgrade(Level::Dane, with_policy(Level::Pkix, mode)));
    }
}

class Compare : public testing::Test {
  protected:
    std::optional<std::string> see(Verdict next) {
        next.checked = now_;
        last_ = std::move(next);
        return compare(last_, best_, kMonth);
    }
    std::optional<std::string> see(Level level) { return see(verdict("a.nl", level)); }
    [[nodiscard]] bool alarmed() const {
        return std::find(last_.reasons.begin(), last_.reasons.end(), Reason::Downgrade) !=
               last_.reasons.end();
    }

    policy::WallTime now_ = at("2026-11-23T08:00:00Z");
    BestSeen best_;
    Verdict last_;
};

TEST_F(Compare, RemembersTheBestAndTellsOncePerChange) {
    EXPECT_FALSE(see(Level::Pkix));
    EXPECT_EQ(last_.best_seen, Level::Pkix);
    EXPECT_FALSE(see(Level::Dane));
    EXPECT_EQ(last_.best_seen, Level::Dane);
    now_ += hours(1);
    EXPECT_EQ(see(Level::Plaintext),
              "a.nl: possible downgrade attack: level plaintext, was dane on 2026-11-23T08:00:00Z");
    EXPECT_EQ(last_.level, Level::Plaintext) << "the level itself is what was found";
    EXPECT_TRUE(alarmed());
    EXPECT_FALSE(see(Level::Plaintext)) << "told already";
    EXPECT_TRUE(alarmed());
    EXPECT_TRUE(see(Level::Pkix)) << "another level is news";
    EXPECT_FALSE(see(Level::Dane));
    EXPECT_FALSE(alarmed());
    EXPECT_TRUE(see(Level::Plaintext)) << "and so is the next fall";
}

TEST_F(Compare, LearnsNothingFromWhatIsNotRanked) {
    EXPECT_FALSE(see(Level::Unknown));
    EXPECT_FALSE(last_.best_seen);
    see(Level::Dane);
    for (const Level level : {Level::Unknown, Level::NoMail}) {
        EXPECT_FALSE(see(level));
        EXPECT_EQ(last_.best_seen, Level::Dane);
        EXPECT_FALSE(alarmed());
    }
}

TEST_F(Compare, ForgetsALevelThatWasNotSeenForItsTime) {
    see(Level::Dane);
    now_ += kMonth - std::chrono::seconds(1);
    see(Level::Pkix);
    EXPECT_TRUE(alarmed());
    now_ += std::chrono::seconds(1);
    see(Level::Pkix);
    EXPECT_FALSE(alarmed());
    EXPECT_EQ(last_.best_seen, Level::Pkix);
    now_ += kMonth;
    see(Level::Unknown);
    EXPECT_FALSE(last_.best_seen);
}

TEST_F(Compare, LetsADomainLeaveMtaStsForGoodByItsOwnWord) {
    see(Level::MtaSts);
    see(with_policy(Level::Pkix, StsMode::None));
    EXPECT_EQ(last_.best_seen, Level::Pkix);
    see(Level::Pkix);
    EXPECT_FALSE(alarmed()) << "also when the policy of mode none has run out";
}

}  // namespace
}  // namespace smarttls::engine
