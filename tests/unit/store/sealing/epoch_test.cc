// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/epoch.h"

#include <gtest/gtest.h>

namespace smarttls::store {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""y;

TEST(EpochTest, IsTheMonthOfATimeInUtc) {
    const sys_seconds new_year = sys_days(2026y / 1 / 1);
    EXPECT_EQ(Epoch::of(new_year).str(), "2026-01");
    EXPECT_EQ(Epoch::of(new_year - 1s).str(), "2025-12");
}

TEST(EpochTest, ReadsWhatItWrites) {
    for (const std::string text : {"2026-11", "2026-01", "0001-12", "9999-12"}) {
        const auto epoch = Epoch::parse(text);
        ASSERT_TRUE(epoch) << text;
        EXPECT_EQ(epoch->str(), text);
    }
}

TEST(EpochTest, RefusesWhatIsNoMonth) {
    for (const char* text : {"", "2026", "2026-13", "2026-00", "2026-1", "2026/11", "2026-11-01",
                             "20x6-11", "-026-11", " 2026-1"}) {
        const auto epoch = Epoch::parse(text);
        ASSERT_FALSE(epoch) << text;
        EXPECT_EQ(epoch.error().kind, policy::ErrorKind::Malformed);
    }
}

TEST(EpochTest, MonthsFollowEachOtherOverTheYear) {
    const Epoch november = *Epoch::parse("2026-11");
    EXPECT_EQ(november.later(2).str(), "2027-01");
    EXPECT_EQ(november.later(-11).str(), "2025-12");
    EXPECT_LT(november, november.later(1));
}

}  // namespace
}  // namespace smarttls::store
