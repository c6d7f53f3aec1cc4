// SPDX-License-Identifier: Apache-2.0
#include "policy/deadline.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

using namespace std::chrono_literals;

constexpr Deadline::Clock::time_point kNoon{1000h};

TEST(Deadline, PassesAtItsMomentAndNotBefore) {
    const Deadline deadline = Deadline::after(kNoon, 5s);
    EXPECT_EQ(deadline.when(), kNoon + 5s);
    EXPECT_FALSE(deadline.passed(kNoon));
    EXPECT_FALSE(deadline.passed(kNoon + 5s - 1ns));
    EXPECT_TRUE(deadline.passed(kNoon + 5s));
    EXPECT_TRUE(deadline.passed(kNoon + 6s));
}

TEST(Deadline, LeavesNoTimeOnceItHasPassed) {
    const Deadline deadline(kNoon);
    EXPECT_EQ(deadline.left(kNoon), 0ms);
    EXPECT_EQ(deadline.left(kNoon + 1h), 0ms);
}

TEST(Deadline, RoundsTheTimeLeftUpSoThatPollNeverSpins) {
    const Deadline deadline(kNoon);
    EXPECT_EQ(deadline.left(kNoon - 1ns), 1ms);
    EXPECT_EQ(deadline.left(kNoon - 1ms), 1ms);
    EXPECT_EQ(deadline.left(kNoon - 1001us), 2ms);
}

TEST(Deadline, OfAStepNeverOutlivesTheWhole) {
    const Deadline whole(kNoon + 1s);
    const Deadline step(kNoon + 9s);
    EXPECT_EQ(whole.sooner(step).when(), whole.when());
    EXPECT_EQ(step.sooner(whole).when(), whole.when());
}

}  // namespace
}  // namespace smarttls::policy
