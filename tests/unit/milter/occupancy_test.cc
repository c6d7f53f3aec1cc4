// SPDX-License-Identifier: Apache-2.0
#include "milter/occupancy.h"

#include <gtest/gtest.h>

#include <thread>

namespace smarttls::milter {
namespace {

using policy::Deadline;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

Deadline in(Deadline::Clock::duration wait) { return Deadline::after(Deadline::Clock::now(), wait); }

TEST(OccupancyTest, HasRoomBelowTheLimitAndAgainWhenASessionGoes) {
    Occupancy occupancy;
    std::optional<Occupancy::Stay> first = occupancy.session();
    EXPECT_TRUE(occupancy.has_room(2));
    const Occupancy::Stay second = occupancy.session();
    EXPECT_FALSE(occupancy.has_room(2));
    first.reset();
    EXPECT_TRUE(occupancy.has_room(2));
}

TEST(OccupancyTest, CountsAStayThatMovesOnce) {
    Occupancy occupancy;
    {
        auto first = occupancy.transaction();
        const Occupancy::Stay moved = *std::move(first);
        EXPECT_EQ(occupancy.transactions(), 1U);
    }
    EXPECT_EQ(occupancy.transactions(), 0U);
}

TEST(OccupancyTest, DrainsAtOnceWhenOnlySessionsAreOpen) {
    Occupancy occupancy;
    const Occupancy::Stay idle = occupancy.session();
    EXPECT_EQ(occupancy.drain(in(60s)), 0U);
    EXPECT_FALSE(occupancy.transaction());
}

TEST(OccupancyTest, WaitsForTheTransactionsThatAreOpen) {
    Occupancy occupancy;
    auto open = occupancy.transaction();
    std::thread finishing([&] {
        while (occupancy.transaction()) std::this_thread::yield();  // until the drain has begun
        open.reset();
    });
    EXPECT_EQ(occupancy.drain(in(60s)), 0U);
    finishing.join();
}

TEST(OccupancyTest, TellsHowManyDidNotFinish) {
    Occupancy occupancy;
    const auto first = occupancy.transaction();
    const auto second = occupancy.transaction();
    EXPECT_EQ(occupancy.drain(in(10ms)), 2U);
}

}  // namespace
}  // namespace smarttls::milter
