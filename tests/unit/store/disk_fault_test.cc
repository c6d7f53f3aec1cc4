// SPDX-License-Identifier: Apache-2.0
//
// A disk that is full, one whose fsync is slow, and one whose fsync fails, at each place of an append, an erasure, a retention run and a backup:
// what was acknowledged is there, the log is whole, and the next attempt finishes what this one could not.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "store/backup.h"
#include "store/evidence_erasure.h"
#include "store/evidence_prune.h"
#include "tests/unit/store/erasure_site.h"
#include "tests/unit/store/failing_sync.h"

namespace smarttls::store {
namespace {

using test::FailingSync;

constexpr int kMessages = 60;
constexpr int kMostSyncs = 60;  // more than any of these makes

class DiskFaultTest : public test::ErasureSite {
  protected:
    void SetUp() override {
        std::vector<EvidenceRecord> many;
        for (int i = 0; i < kMessages; ++i) {
            many.push_back(message("Q" + std::to_string(i), {"bob@example.nl", "r" + std::to_string(i) + "@example.nl"}));
        }
        append(many);
    }
    /// `attempt` with the first, the second, ... sync that fails, until it has no more of them; how many there were.
    /// `attempt`: whether it was acknowledged (SQLite needs not every sync of a journal that it throws away); if not, the
    /// next one must be.
    int with_each_sync_failing(const std::function<bool(int)>& attempt) {
        for (int good = 0; good < kMostSyncs; ++good) {
            bool has_failed = false;
            bool is_done = false;
            {
                const FailingSync failing(good);
                is_done = attempt(good);
                has_failed = FailingSync::has_failed();
            }
            if (!has_failed) return good;
            expect_whole_log(static_cast<std::uint64_t>(count("record")));
            EXPECT_TRUE(is_done || attempt(good)) << "after sync " << good << " had failed";
        }
        return kMostSyncs;
    }
    /// In a child whose files cannot grow over `bytes`: 0 acknowledged, 1 refused with an error.
    static int with_full_disk(rlim_t bytes, const std::function<bool()>& work) {
        const pid_t child = test::start_child([&] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit limit{bytes, RLIM_INFINITY};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            return work() ? 0 : 1;
        });
        const int status = test::wait_for_child(child);
        EXPECT_TRUE(WIFEXITED(status)) << status;
        return WEXITSTATUS(status);
    }
    std::size_t readable(const std::string& address) {
        EvidenceQuery query;
        query.address = address;
        return store_.reader()->search(query, 10'000).value().size();
    }
    [[nodiscard]] std::vector<rlim_t> sizes() const {
        const rlim_t whole = std::filesystem::file_size(store_.settings.evidence);
        return {1, 4096, 40'000, whole / 2, whole};
    }
};

TEST_F(DiskFaultTest, AnAppendWaitsForOneSync) {
    auto writer = EvidenceWriter::open(store_.settings);
    ASSERT_TRUE(writer);
    const auto append_one = [&](int number) { return (*writer)->append(message("W" + std::to_string(number), {"bob@example.nl"}), test::soon()); };
    ASSERT_TRUE(append_one(0));
    constexpr int kAppends = 5;
    constexpr std::chrono::milliseconds kSync{100};
    const test::SlowSync slow(kSync);
    const auto begin = std::chrono::steady_clock::now();
    for (int number = 1; number <= kAppends; ++number) ASSERT_TRUE(append_one(number));
    const auto each = (std::chrono::steady_clock::now() - begin) / kAppends;
    EXPECT_GE(each, kSync);
    EXPECT_LT(each, kSync * 17 / 10) << "the two databases are synced one after the other";
}

TEST_F(DiskFaultTest, AnAppendWhoseSyncFailsIsNotAcknowledgedAndNothingElseIsLost) {
    auto writer = EvidenceWriter::open(store_.settings);
    ASSERT_TRUE(writer) << writer.error().what;
    std::size_t acknowledged = 0;
    const auto soon = [] { return policy::Deadline(std::chrono::steady_clock::now() + std::chrono::seconds(20)); };
    for (int good = 0; good < 8; ++good) {
        const FailingSync failing(good);
        for (int i = 0; i < 6; ++i) {
            if ((*writer)->append(message("A", {"ann@example.nl"}), soon())) ++acknowledged;
        }
        EXPECT_TRUE(FailingSync::has_failed()) << good;
    }
    EXPECT_GT(acknowledged, 30U);
    writer->reset();
    EXPECT_GE(readable("ann@example.nl"), acknowledged);
    expect_whole_log(static_cast<std::uint64_t>(count("record")));
}

TEST_F(DiskFaultTest, AnErasureWhoseSyncFailsIsFinishedByTheNext) {
    const int syncs = with_each_sync_failing([&](int round) {
        const std::string address = "r" + std::to_string(round) + "@example.nl";
        if (!erase_evidence(store_.settings, {address, "", "jan", "asked", ""})) return false;
        EXPECT_EQ(readable(address), 0U);
        EXPECT_TRUE(files_with(address_bytes(address)).empty()) << address;
        return true;
    });
    EXPECT_GT(syncs, 2);
    EXPECT_LT(syncs, kMostSyncs);
    EXPECT_EQ(readable("bob@example.nl"), std::size_t{kMessages});
}

TEST_F(DiskFaultTest, ABackupWhoseSyncFailsIsNotThere) {
    const int syncs = with_each_sync_failing([&](int round) {
        const std::string place = directory_.file("backup" + std::to_string(round));
        if (!back_up(store_.settings, {place, place + ".keys"})) {
            EXPECT_FALSE(std::filesystem::exists(place)) << place;
            return false;
        }
        Database copy = *Database::open(place + "/evidence.db", OpenMode::ReadOnly);
        EXPECT_EQ(check_log(copy)->root, read_manifest(place)->root);
        return true;
    });
    EXPECT_GT(syncs, 2);
    EXPECT_LT(syncs, kMostSyncs);
}

TEST_F(DiskFaultTest, ARetentionRunWhoseSyncFailsIsFinishedByTheNext) {
    const PruneOrder order{"medical", test::at(2'000'000), "jan", ""};
    for (int good = 0; good < 6; ++good) {
        const FailingSync failing(good);
        [[maybe_unused]] const auto pruned = prune_evidence(store_.settings, order);
        EXPECT_TRUE(FailingSync::has_failed() || pruned);
    }
    const auto finished = prune_evidence(store_.settings, order);
    ASSERT_TRUE(finished) << finished.error().what;
    EXPECT_EQ(count("part WHERE content IS NOT NULL AND record <= 60"), 0);
    expect_whole_log(static_cast<std::uint64_t>(count("record")));
}

TEST_F(DiskFaultTest, AFullDiskIsAnErrorAndTheNextAttemptFinishes) {
    int refused = 0;
    int round = 0;
    for (const rlim_t bytes : sizes()) {
        const std::string address = "r" + std::to_string(round++) + "@example.nl";
        const ErasureOrder order{address, "", "jan", "asked", ""};
        const std::string place = directory_.file("backup" + std::to_string(round));
        refused += with_full_disk(bytes, [&] { return erase_evidence(store_.settings, order).has_value(); });
        refused += with_full_disk(bytes, [&] { return back_up(store_.settings, {place, ""}).has_value(); });
        expect_whole_log(static_cast<std::uint64_t>(count("record")));
        const auto erased = erase_evidence(store_.settings, order);
        ASSERT_TRUE(erased) << erased.error().what;
        EXPECT_EQ(readable(address), 0U);
        EXPECT_TRUE(std::filesystem::exists(place) || back_up(store_.settings, {place, ""}));
        std::filesystem::remove_all(place);  // older than the erasure
        EXPECT_TRUE(files_with(address_bytes(address)).empty()) << address;
    }
    EXPECT_GE(refused, 4);
    const PruneOrder order{"medical", test::at(2'000'000), "jan", ""};
    EXPECT_EQ(with_full_disk(1, [&] { return prune_evidence(store_.settings, order).has_value(); }), 1);
    expect_whole_log(static_cast<std::uint64_t>(count("record")));
    EXPECT_TRUE(prune_evidence(store_.settings, order));
    EXPECT_EQ(count("part WHERE content IS NOT NULL AND record <= 60"), 0);
}

}  // namespace
}  // namespace smarttls::store
