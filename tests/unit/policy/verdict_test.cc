// SPDX-License-Identifier: Apache-2.0
#include "policy/verdict.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/policy/facts.h"

namespace smarttls::policy {
namespace {

/// Names survive the way out and back, and no two values share one.
template <class E, class Parse>
void expect_round_trip(const std::vector<E>& values, Parse parse) {
    std::set<std::string_view> names;
    for (const E value : values) {
        const std::string_view name = to_string(value);
        ASSERT_FALSE(name.empty()) << static_cast<int>(value);
        EXPECT_TRUE(names.insert(name).second) << name << " names two values";
        ASSERT_TRUE(parse(name)) << name;
        EXPECT_EQ(*parse(name), value) << name;
    }
}

TEST(VerdictNames, OfLevelsGoRound) { expect_round_trip(test::levels(), parse_level); }
TEST(VerdictNames, OfFloorsGoRound) { expect_round_trip(test::floors(), parse_floor); }
TEST(VerdictNames, OfGradesGoRound) {
    expect_round_trip(std::vector{Grade::None, Grade::Insufficient, Grade::PhaseOut, Grade::Sufficient,
                                  Grade::Good},
                      parse_grade);
}
TEST(VerdictNames, OfReasonsGoRound) { expect_round_trip(test::reasons(), parse_reason); }
TEST(VerdictNames, OfDaneStatusesGoRound) {
    expect_round_trip(std::vector{DaneStatus::Verified, DaneStatus::Mismatch, DaneStatus::Unusable,
                                  DaneStatus::None, DaneStatus::Insecure, DaneStatus::Bogus},
                      parse_dane_status);
}

TEST(VerdictNames, OfStsModesGoRound) {
    expect_round_trip(std::vector{StsMode::Enforce, StsMode::Testing, StsMode::None},
                      parse_sts_mode);
}

TEST(VerdictNames, ThatAreUnknownHaveNoValue) {
    for (const std::string_view text : {"", "Dane", "dane ", "mtasts", "secure", "may"}) {
        EXPECT_FALSE(parse_level(text)) << text;
        EXPECT_FALSE(parse_floor(text)) << text;
        EXPECT_FALSE(parse_reason(text)) << text;
        EXPECT_FALSE(parse_dane_status(text)) << text;
        EXPECT_FALSE(parse_sts_mode(text)) << text;
    }
}

TEST(VerdictNames, AreThoseOfTheDesign) {
    EXPECT_EQ(to_string(Level::MtaSts), "mta-sts");
    EXPECT_EQ(to_string(Level::NoMail), "no-mail");
    EXPECT_EQ(to_string(Floor::MtaSts), "mta-sts");
    EXPECT_EQ(to_string(Reason::StarttlsNotSupported), "starttls-not-supported");
    EXPECT_EQ(to_string(DaneStatus::Bogus), "bogus");
}

TEST(Level, UnknownNoMailAndForbiddenAreNotRanked) {
    for (const Level level : {Level::Unknown, Level::NoMail, Level::Forbidden}) {
        EXPECT_FALSE(is_ranked(level)) << to_string(level);
        for (const Floor floor : test::floors()) {
            EXPECT_FALSE(meets(level, floor)) << to_string(level) << " " << to_string(floor);
        }
    }
}

TEST(Level, MeetsTheFloorsUpToItsOwn) {
    const std::pair<Level, int> rows[] = {{Level::Plaintext, 0},
                                          {Level::Encrypted, 1},
                                          {Level::Pkix, 2},
                                          {Level::MtaSts, 3},
                                          {Level::Dane, 4}};
    for (const auto& [level, met] : rows) {
        EXPECT_TRUE(is_ranked(level));
        for (int i = 0; i < 4; ++i) {
            const Floor floor = test::floors()[static_cast<std::size_t>(i)];
            EXPECT_EQ(meets(level, floor), i < met) << to_string(level) << " " << to_string(floor);
        }
    }
}

TEST(Floor, IsMetByTheLevelOfItsName) {
    for (const Floor floor : test::floors()) {
        EXPECT_EQ(to_string(level_of(floor)), to_string(floor));
        EXPECT_TRUE(meets(level_of(floor), floor));
    }
}

}  // namespace
}  // namespace smarttls::policy
