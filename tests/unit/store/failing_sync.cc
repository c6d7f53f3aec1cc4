// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/store/failing_sync.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <limits>
#include <thread>

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
std::atomic<std::int64_t> good_ones = kNever;
std::atomic<std::chrono::milliseconds::rep> each_takes = 0;

/// Whether this one fails: that which makes the count negative.
bool is_the_one() { return good_ones.load() != kNever && good_ones.fetch_sub(1) == 0; }

int sync_or_fail(long call, int descriptor) {
    if (const std::chrono::milliseconds wait{each_takes}; wait.count() != 0) std::this_thread::sleep_for(wait);
    if (!is_the_one()) return static_cast<int>(::syscall(call, descriptor));
    errno = EIO;
    return -1;
}

}  // namespace

// The program's own come before libc's, for SQLite's library too.
extern "C" int fsync(int descriptor) { return sync_or_fail(SYS_fsync, descriptor); }
extern "C" int fdatasync(int descriptor) { return sync_or_fail(SYS_fdatasync, descriptor); }

namespace smarttls::store::test {

FailingSync::FailingSync(std::int64_t good) { good_ones = good; }
FailingSync::~FailingSync() { good_ones = kNever; }
bool FailingSync::has_failed() { return good_ones.load() < 0; }

SlowSync::SlowSync(std::chrono::milliseconds each) { each_takes = each.count(); }
SlowSync::~SlowSync() { each_takes = 0; }

}  // namespace smarttls::store::test
