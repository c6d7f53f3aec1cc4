// SPDX-License-Identifier: Apache-2.0
#include "policy/guarded.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace smarttls::policy {
namespace {

TEST(Guarded, GivesOutCopiesThatDoNotChangeWithTheOriginal) {
    Guarded<std::string> text("before");
    const std::string copy = text.copy();
    text.with([](std::string& value) { value = "after"; });
    EXPECT_EQ(copy, "before");
    EXPECT_EQ(text.copy(), "after");
}

TEST(Guarded, HandsBackWhatTheUseReturns) {
    Guarded<int> number(20);
    EXPECT_EQ(number.with([](int& value) { return ++value; }), 21);
}

TEST(Guarded, BeginsWithAnEmptyValue) {
    const Guarded<std::shared_ptr<const int>> snapshot;
    EXPECT_EQ(snapshot.copy(), nullptr);
}

TEST(Guarded, LosesNoUpdateOfManyThreads) {
    constexpr int kThreads = 4;
    constexpr int kUpdates = 5000;
    Guarded<int> number;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < kUpdates; ++j) number.with([](int& value) { ++value; });
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(number.copy(), kThreads * kUpdates);
}

}  // namespace
}  // namespace smarttls::policy
