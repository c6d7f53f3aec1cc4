// SPDX-License-Identifier: Apache-2.0
#include "policy/mutex.h"

#include <gtest/gtest.h>

#include <thread>

namespace smarttls::policy {
namespace {

using std::chrono::steady_clock;
using std::chrono_literals::operator""ms;

struct Count {
    Mutex mutex;
    std::condition_variable changed;
    int value SMARTTLS_GUARDED_BY(mutex) = 0;

    void add() {
        {
            const Lock lock(mutex);
            ++value;
        }
        changed.notify_all();
    }
};

TEST(Lock, KeepsOthersOut) {
    Count count;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 1000; ++round) count.add();
        });
    }
    for (std::thread& thread : threads) thread.join();
    const Lock lock(count.mutex);
    EXPECT_EQ(count.value, 4000);
}

TEST(Lock, LetsOthersInWhileItWaitsAndWhileItIsUnlocked) {
    Count count;
    Lock lock(count.mutex);
    std::thread first([&] { count.add(); });
    lock.wait(count.changed, [&]() SMARTTLS_REQUIRES(count.mutex) { return count.value == 1; });
    lock.unlock();
    first.join();
    count.add();
    lock.relock();
    EXPECT_EQ(count.value, 2);
}

TEST(Lock, WaitsNoLongerThanItMay) {
    Count count;
    Lock lock(count.mutex);
    const auto when = steady_clock::now() + 20ms;
    EXPECT_FALSE(lock.wait_until(count.changed, when, [&]() SMARTTLS_REQUIRES(count.mutex) {
        return count.value == 1;
    }));
    EXPECT_GE(steady_clock::now(), when);
}

}  // namespace
}  // namespace smarttls::policy
