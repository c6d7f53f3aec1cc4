// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/log_clock.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

namespace smarttls::milter {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

LogTime at(int y, unsigned m, unsigned d, std::chrono::milliseconds time = 0ms) {
    return sys_days(std::chrono::year(y) / static_cast<int>(m) / static_cast<int>(d)) + time;
}

/// Local time is that of the Netherlands as long as it lives.
class LogClockTest : public testing::Test {
  protected:
    LogClockTest() { set("CET-1CEST,M3.5.0,M10.5.0/3"); }
    ~LogClockTest() override {
        ::unsetenv("TZ");
        ::tzset();
    }
    static void set(const char* zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
    }
    LogClock clock;
};

TEST_F(LogClockTest, Rfc3339SaysItAll) {
    const LogTime latest = at(2020, 1, 1);
    EXPECT_EQ(clock.read("2026-11-23T16:41:01.123456+01:00", latest), at(2026, 11, 23, 15h + 41min + 1123ms));
    EXPECT_EQ(clock.read("2026-11-23T16:41:01Z", latest), at(2026, 11, 23, 16h + 41min + 1s));
    EXPECT_EQ(clock.read("2026-11-23T16:41:01.5-02:30", latest), at(2026, 11, 23, 19h + 11min + 1500ms));
}

TEST_F(LogClockTest, LocalTimeKnowsSummer) {
    const LogTime latest = at(2026, 11, 23);
    EXPECT_EQ(clock.read("Jul  1 12:00:00", latest), at(2026, 7, 1, 10h));
    EXPECT_EQ(clock.read("Nov 23 00:30:00", latest), at(2026, 11, 22, 23h + 30min));
}

TEST_F(LogClockTest, TheYearIsTheLatestThatIsNotInTheFuture) {
    const LogTime new_year = at(2027, 1, 1, 5h);
    EXPECT_EQ(clock.read("Dec 31 23:59:59", new_year), at(2026, 12, 31, 22h + 59min + 59s));
    EXPECT_EQ(clock.read("Jan  1 00:00:00", new_year), at(2026, 12, 31, 23h));
    EXPECT_EQ(clock.read("Jan  1 09:00:00", new_year), at(2027, 1, 1, 8h)) << "a clock that is ahead";
    EXPECT_EQ(clock.read("Jan  3 09:00:00", new_year), at(2026, 1, 3, 8h));
    EXPECT_EQ(clock.read("Jan  1 00:00:00", at(2026, 12, 31, 22h)), at(2026, 12, 31, 23h)) << "and over New Year";
    EXPECT_EQ(clock.read("Nov 23 12:00:00", at(2024, 3, 1)), at(2023, 11, 23, 11h)) << "a file of long ago";
    EXPECT_EQ(clock.read("Feb 29 12:00:00", at(2026, 3, 1)), at(2024, 2, 29, 11h));
}

TEST_F(LogClockTest, TheHourThatComesTwiceGoesOn) {
    const LogTime latest = at(2026, 10, 26);
    EXPECT_EQ(clock.read("Oct 25 02:10:00", latest), at(2026, 10, 25, 10min));
    EXPECT_EQ(clock.read("Oct 25 02:59:59", latest), at(2026, 10, 25, 59min + 59s));
    EXPECT_EQ(clock.read("Oct 25 02:00:01", latest), at(2026, 10, 25, 1h + 1s));
    EXPECT_EQ(clock.read("Oct 25 02:00:00", latest), at(2026, 10, 25, 1h)) << "a second out of order";
    EXPECT_EQ(clock.read("Oct 25 03:00:00", latest), at(2026, 10, 25, 2h));
    EXPECT_TRUE(clock.read("Mar 29 02:30:00", latest)) << "an hour that is not there";
}

TEST_F(LogClockTest, RefusesWhatIsNoStamp) {
    const LogTime latest = at(2026, 11, 23);
    for (const char* stamp : {"", "Nov", "Nox 23 16:41:01", "Nov 32 16:41:01", "Nov 23 24:41:01", "Nov 23 16:60:01",
                              "Nov 23 16.41.01", "Feb 30 10:00:00", "2026-11-23", "2026-11-23T16:41:01",
                              "2026-13-23T16:41:01Z", "2026-02-30T16:41:01Z", "2026-11-23T16:41:01+0100"}) {
        EXPECT_FALSE(clock.read(stamp, latest)) << stamp;
    }
}

}  // namespace
}  // namespace smarttls::milter
