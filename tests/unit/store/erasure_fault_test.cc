// SPDX-License-Identifier: Apache-2.0
//
// kill -9 at any moment of an erasure, a retention run, a backup and a restore: nothing is half done that a second
// attempt does not finish, nothing is told twice, and every leaf is what the log says.
#include <gtest/gtest.h>

#include <csignal>
#include <random>
#include <thread>

#include "store/backup.h"
#include "store/evidence_erasure.h"
#include "store/evidence_prune.h"
#include "store/restore.h"
#include "tests/unit/store/erasure_site.h"

namespace smarttls::store {
namespace {

using test::ErasureSite;
using test::start_child;
using test::wait_for_child;

constexpr int kRounds = 12;
constexpr int kMessages = 400;

class ErasureFaultTest : public ErasureSite {
  protected:
    void SetUp() override {
        std::vector<EvidenceRecord> many;
        for (int i = 0; i < kMessages; ++i) {
            many.push_back(message("Q" + std::to_string(i), {"bob@example.nl", "carol@example.org"}));
            many.push_back(message("R" + std::to_string(i), {"r" + std::to_string(i % kRounds) + "@example.nl"}));
        }
        append(many);
        append({kept_message("K1")});
    }
    /// Kills a child that does `work`, at a moment that is later in each round; true when it was killed before its end.
    bool kill_during(int round, const std::function<bool()>& work) {
        const auto begin = std::chrono::steady_clock::now();
        if (longest_.count() == 0) longest_ = std::chrono::milliseconds(400);
        const pid_t child = start_child([&] { return work() ? 0 : 1; });
        std::uniform_int_distribution<int> jitter(0, 9);
        std::this_thread::sleep_for(longest_ * (round * 10 + jitter(random_)) / (kRounds * 10));
        ::kill(child, SIGKILL);
        const int status = wait_for_child(child);
        EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        if (!WIFSIGNALED(status)) longest_ = std::min(longest_, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin));
        return WIFSIGNALED(status);
    }
    /// No part is in two tombstones.
    void expect_told_once() const {
        Database database = *Database::open(store_.settings.evidence, OpenMode::ReadOnly);
        std::set<std::pair<RecordId, std::size_t>> told;
        const auto tombstones = read_tombstones(database).value();
        for (const Erasure& one : tombstones) {
            for (const RecordParts& parts : one.parts) {
                for (const std::size_t number : parts.numbers) {
                    EXPECT_TRUE(told.emplace(parts.record, number).second) << to_text(parts.record) << " " << number;
                }
            }
        }
        EXPECT_EQ(told.size(), static_cast<std::size_t>(count("part WHERE content IS NULL")));
    }
    std::size_t readable(const std::string& address) {
        EvidenceQuery query;
        query.address = address;
        auto reader = store_.reader();
        EXPECT_TRUE(reader) << reader.error().what;
        return reader ? reader->search(query, 10'000).value().size() : 0;
    }

    std::chrono::milliseconds longest_{0};
    std::mt19937 random_{std::random_device{}()};
};

TEST_F(ErasureFaultTest, AnErasureThatWasKilledIsFinishedByTheNext) {
    int killed = 0;
    for (int round = 0; round < kRounds; ++round) {
        const ErasureOrder order{"r" + std::to_string(round) + "@example.nl", "", "jan", "asked", ""};
        if (kill_during(round, [&] { return erase_evidence(store_.settings, order).has_value(); })) ++killed;
        const auto finished = erase_evidence(store_.settings, order);
        ASSERT_TRUE(finished) << finished.error().what;
        EXPECT_EQ(readable(order.address), 0U);
        EXPECT_TRUE(files_with(address_bytes(order.address)).empty()) << "round " << round;
    }
    EXPECT_GT(killed, 0);
    expect_told_once();
    EXPECT_EQ(readable("bob@example.nl"), kMessages + 1U);
    expect_whole_log(static_cast<std::uint64_t>(count("record")));
}

TEST_F(ErasureFaultTest, AnErasureOfAKeptMessageThatWasKilledLeavesNoFile) {
    const ErasureOrder order{"", "K1", "jan", "asked", ""};
    kill_during(static_cast<int>(random_() % kRounds), [&] { return erase_evidence(store_.settings, order).has_value(); });
    ASSERT_TRUE(erase_evidence(store_.settings, order));
    EXPECT_FALSE(std::filesystem::exists(sealed_file()));
    EXPECT_EQ(count("sealed"), 0);
    EXPECT_FALSE(MessageKeys::open_read_only(store_.settings.message_keys)->find(std::string(test::kSealedId)).value());
    expect_told_once();
}

TEST_F(ErasureFaultTest, ARetentionRunThatWasKilledIsFinishedByTheNext) {
    const PruneOrder order{"medical", test::at(2'000'000), "jan", ""};
    int killed = 0;
    for (int round = 0; round < kRounds; ++round) {
        if (kill_during(round, [&] { return prune_evidence(store_.settings, order).has_value(); })) ++killed;
        expect_whole_log(static_cast<std::uint64_t>(count("record")));
    }
    EXPECT_GT(killed, 0);
    const auto finished = prune_evidence(store_.settings, order);
    ASSERT_TRUE(finished) << finished.error().what;
    EXPECT_EQ(count("part WHERE content IS NOT NULL AND record <= 800"), 0);
    EXPECT_EQ(count("part WHERE content IS NOT NULL AND record = 801"), 3) << "it waits for pickup";
}

TEST_F(ErasureFaultTest, ABackupIsThereWholeOrNotAtAll) {
    int killed = 0;
    for (int round = 0; round < kRounds; ++round) {
        const std::string place = directory_.file("backup" + std::to_string(round));
        if (kill_during(round, [&] { return back_up(store_.settings, {place, ""}).has_value(); })) ++killed;
        if (std::filesystem::exists(place)) {
            Database copy = *Database::open(place + "/evidence.db", OpenMode::ReadOnly);
            EXPECT_EQ(check_log(copy)->root, read_manifest(place)->root);
        } else {
            const auto made = back_up(store_.settings, {place, ""});
            EXPECT_TRUE(made) << made.error().what;
        }
        EXPECT_FALSE(std::filesystem::exists(place + ".new"));
    }
    EXPECT_GT(killed, 0);
}

TEST_F(ErasureFaultTest, ARestoreLeavesTheOldLogOrTheNew) {
    const std::string place = directory_.file("backup");
    ASSERT_TRUE(back_up(store_.settings, {place, place + ".keys"}));
    RestoreOrder order{place, place + ".keys", "", false, "jan", ""};
    int killed = 0;
    for (int round = 0; round < kRounds; ++round) {
        if (kill_during(round, [&] { return restore(store_.settings, order).has_value(); })) ++killed;
        expect_whole_log(801);
        EXPECT_EQ(readable("bob@example.nl"), kMessages + 1U);
    }
    EXPECT_GT(killed, 0);
    const auto finished = restore(store_.settings, order);
    ASSERT_TRUE(finished) << finished.error().what;
    expect_whole_log(801);
}

}  // namespace
}  // namespace smarttls::store
