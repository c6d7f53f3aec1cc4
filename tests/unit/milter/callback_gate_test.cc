// SPDX-License-Identifier: Apache-2.0
#include "milter/callback_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

TEST(CallbackGate, LetsEverybodyInUntilItIsClosed) {
    CallbackGate gate;
    {
        const auto first = gate.enter();
        const auto second = gate.enter();
        EXPECT_TRUE(first);
        EXPECT_TRUE(second);
    }
    gate.close();
    EXPECT_FALSE(gate.enter());
}

TEST(CallbackGate, ClosesWhenTheLastOneInsideHasLeft) {
    CallbackGate gate;
    auto first = std::make_unique<CallbackGate::Pass>(gate.enter());
    auto second = std::make_unique<CallbackGate::Pass>(gate.enter());
    std::atomic<bool> closed = false;
    std::thread closer([&] {
        gate.close();
        closed = true;
    });
    ASSERT_TRUE(store::test::eventually([&] { return !gate.enter(); })) << "from here on it waits";
    first.reset();
    EXPECT_FALSE(closed);
    second.reset();
    closer.join();
    EXPECT_TRUE(closed);
}

TEST(CallbackGate, GivesUpNoPassTwice) {
    CallbackGate gate;
    {
        CallbackGate::Pass pass = gate.enter();
        const CallbackGate::Pass moved = std::move(pass);
        EXPECT_TRUE(moved);
    }
    gate.close();  // would wait for ever if a pass had been lost
}

TEST(CallbackGate, NobodyIsInsideOnceItIsClosed) {
    constexpr int kThreads = 4;
    CallbackGate gate;
    int used = 0;  // what main takes down; guarded by the gate's promise alone
    std::mutex turns;
    std::atomic<int> running = 0;
    std::vector<std::thread> workers;
    for (int i = 0; i < kThreads; ++i) {
        workers.emplace_back([&] {
            ++running;
            while (const auto pass = gate.enter()) {
                const std::lock_guard lock(turns);
                ++used;
            }
        });
    }
    ASSERT_TRUE(store::test::eventually([&] { return running == kThreads; }));
    gate.close();
    used = -1;  // ThreadSanitizer sees a race if anybody is still inside
    for (std::thread& worker : workers) worker.join();
    EXPECT_EQ(used, -1);
}

}  // namespace
}  // namespace smarttls::milter
