// SPDX-License-Identifier: Apache-2.0
#include "smarttls/timestamp.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using policy::WallTime;
using std::chrono::seconds;

TEST(Timestamp, WritesAndReadsTheSameText) {
    for (const std::string text :
         {"1970-01-01T00:00:00Z", "2026-11-23T08:00:00Z", "2024-02-29T23:59:59Z",
          "9999-12-31T23:59:59Z", "1950-01-01T00:00:01Z", "0000-01-01T00:00:00Z"}) {
        ASSERT_TRUE(parse_time(text)) << text;
        EXPECT_EQ(format_time(*parse_time(text)), text);
    }
    EXPECT_EQ(parse_time("1970-01-02T00:00:01Z"), WallTime(seconds(86401)));
}

TEST(Timestamp, KeepsToYearsOfFourDigits) {
    EXPECT_EQ(format_time(WallTime(seconds(999999999999))), "9999-12-31T23:59:59Z");
    EXPECT_EQ(format_time(WallTime(seconds(-999999999999))), "0000-01-01T00:00:00Z");
}

TEST(Timestamp, RefusesEveryOtherForm) {
    for (const std::string text :
         {"", "2026-11-23", "2026-11-23T08:00:00", "2026-11-23T08:00:00+00:00",
          "2026-11-23T08:00:00.5Z", "2026-11-23t08:00:00z", "2026-11-23 08:00:00Z",
          "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
          "2026-11-31T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z",
          "2026-11-23T08:00:60Z", "-026-11-23T08:00:00Z", "2026-11-23T08:00:00Z "}) {
        EXPECT_FALSE(parse_time(text)) << text;
    }
}

}  // namespace
}  // namespace smarttls::engine
