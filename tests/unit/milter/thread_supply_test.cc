// SPDX-License-Identifier: Apache-2.0
#include "milter/thread_supply.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using store::test::eventually;

/// A system that gives out so many threads.
struct System {
    std::atomic<int> left{0};
    std::atomic<int> refused{0};

    ThreadSupply::Create create() {
        return [this](const ThreadSupply::Task& task) {
            if (left.fetch_sub(1) <= 0) {
                ++left;
                ++refused;
                return EAGAIN;
            }
            std::thread([this, task] {
                task.routine(task.argument);
                ++left;
            }).detach();
            return 0;
        };
    }
};

struct Work {
    std::atomic<int> running{0};
    std::atomic<int> done{0};
    std::atomic<int> most{0};
    std::atomic<bool> may_end{false};

    static void* run(void* self) {
        auto& work = *static_cast<Work*>(self);
        const int now = ++work.running;
        for (int most = work.most; now > most && !work.most.compare_exchange_weak(most, now);) {
        }
        while (!work.may_end) std::this_thread::yield();
        --work.running;
        ++work.done;
        return nullptr;
    }
};

/// Never destroyed: threads of the supply outlive the test.
struct Stage {
    System system;
    Work work;
    ThreadSupply supply;

    Stage(int threads, ThreadSupply::Limits limits) : supply(limits, system.create()) {
        system.left = threads;
        EXPECT_TRUE(supply.open());
    }
    void start(int count) {
        for (int i = 0; i < count; ++i) supply.start({Work::run, &work});
    }
    bool runs(int count) {
        return eventually([&] { return work.running == count; });
    }
    bool ends(int count) {
        work.may_end = true;
        return eventually([&] { return work.done == count; });
    }
};

TEST(ThreadSupplyTest, GivesEachTaskAThreadAtOnce) {
    static Stage& stage = *new Stage(100, {.most = 50, .reserve = 2});
    stage.start(40);
    EXPECT_TRUE(stage.runs(40));
    EXPECT_EQ(stage.supply.counters().waiting, 0U);
    EXPECT_TRUE(stage.ends(40));
}

TEST(ThreadSupplyTest, StartsNoMoreThanTheMostAndTheRestWhenOthersEnd) {
    static Stage& stage = *new Stage(100, {.most = 5, .reserve = 2});
    stage.start(20);
    EXPECT_TRUE(stage.runs(5));
    EXPECT_EQ(stage.supply.counters().waiting, 15U);
    EXPECT_TRUE(stage.ends(20));
    EXPECT_LE(stage.work.most, 5);
}

TEST(ThreadSupplyTest, LosesNoTaskWhenTheSystemRefusesThreads) {
    static Stage& stage = *new Stage(8, {.most = 50, .reserve = 3});
    ASSERT_TRUE(eventually([&] { return stage.supply.counters().reserved == 3; }));
    stage.start(30);
    EXPECT_TRUE(stage.runs(7)) << "the reserve is used, and the keeper takes one";
    EXPECT_GT(stage.system.refused, 0);
    EXPECT_TRUE(stage.ends(30));
}

TEST(ThreadSupplyTest, FillsTheReserveAgain) {
    static Stage& stage = *new Stage(4, {.most = 50, .reserve = 3, .linger = 1ms});
    ASSERT_TRUE(eventually([&] { return stage.supply.counters().reserved == 3; }));
    stage.start(3);
    EXPECT_TRUE(stage.runs(3));
    EXPECT_TRUE(stage.ends(3));
    EXPECT_TRUE(eventually([&] { return stage.supply.counters().reserved == 3; }));
}

TEST(ThreadSupplyTest, UsesAThreadAgain) {
    static Stage& stage = *new Stage(100, {.most = 50, .reserve = 1, .linger = 10s});
    ASSERT_TRUE(eventually([&] { return stage.supply.counters().reserved == 1; }));
    stage.start(1);
    EXPECT_TRUE(stage.ends(1));
    const int left = stage.system.left;
    for (int done = 2; done <= 50; ++done) {
        ASSERT_TRUE(eventually([&] { return stage.supply.counters().lingering == 1; }));
        stage.start(1);
        ASSERT_TRUE(stage.ends(done));
    }
    EXPECT_EQ(stage.system.left, left);
}

TEST(ThreadSupplyTest, SaysWhenNotEvenTheFirstThreadIsGranted) {
    System system;
    ThreadSupply supply({}, system.create());
    EXPECT_FALSE(supply.open());
}

}  // namespace
}  // namespace smarttls::milter
