// SPDX-License-Identifier: Apache-2.0
#include "smarttls/recent_observations.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

SessionKey key(const std::string& name) {
    return {{boost::asio::ip::make_address("192.0.2.1"), 25}, name};
}

ObservationPtr any() {
    return std::make_shared<const Observation>();
}

TEST(RecentObservations, GivesWhatIsYoungEnoughAndHasNotExpired) {
    RecentObservations recent(10);
    const ObservationPtr seen = any();
    recent.keep(key("mx.example"), seen, kStart, kStart + seconds(60));
    EXPECT_EQ(recent.find(key("mx.example"), kStart, kStart + seconds(59)), seen);
    EXPECT_EQ(recent.find(key("mx.example"), kStart + seconds(1), kStart + seconds(59)), nullptr);
    EXPECT_EQ(recent.find(key("mx.example"), kStart, kStart + seconds(60)), nullptr);
    EXPECT_EQ(recent.find(key("other.example"), kStart, kStart), nullptr);
}

TEST(RecentObservations, KeepsOneForEachKey) {
    RecentObservations recent(10);
    const ObservationPtr newer = any();
    recent.keep(key("mx.example"), any(), kStart, kStart + seconds(60));
    recent.keep(key("mx.example"), newer, kStart, kStart + seconds(60));
    EXPECT_EQ(recent.find(key("mx.example"), kStart, kStart), newer);
    EXPECT_EQ(recent.size(), 1U);
}

TEST(RecentObservations, LetsTheOldestGoFirst) {
    RecentObservations recent(3);
    for (int i = 0; i < 5; ++i) {
        recent.keep(key(std::to_string(i)), any(), kStart + seconds(i), kStart + seconds(60));
    }
    EXPECT_EQ(recent.size(), 3U);
    EXPECT_EQ(recent.find(key("1"), kStart, kStart), nullptr);
    EXPECT_NE(recent.find(key("2"), kStart, kStart), nullptr);
}

TEST(RecentObservations, DropsWhatHasExpired) {
    RecentObservations recent(10);
    recent.keep(key("old"), any(), kStart, kStart + seconds(5));
    recent.keep(key("new"), any(), kStart + seconds(6), kStart + seconds(20));
    EXPECT_EQ(recent.size(), 1U);
    RecentObservations none(0);
    none.keep(key("mx.example"), any(), kStart, kStart + seconds(5));
    EXPECT_EQ(none.size(), 0U);
}

}  // namespace
}  // namespace smarttls::engine
