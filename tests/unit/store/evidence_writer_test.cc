// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <set>

#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::Result;
using test::eventually;
using test::record;
using test::ScratchDirectory;
using test::soon;

class EvidenceWriterTest : public ::testing::Test {
  protected:
    std::unique_ptr<EvidenceWriter> open() {
        auto writer = EvidenceWriter::open(store_.settings);
        EXPECT_TRUE(writer) << writer.error().what;
        return *std::move(writer);
    }
    std::vector<StoredEvidence> stored(const std::string& queue_id) {
        return store_.reader()->by_queue_id(queue_id).value();
    }
    std::vector<StoredEvidence> everything() {
        return store_.reader()->search({}, 1'000'000).value();
    }
    ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
    std::string path_ = store_.settings.evidence;
};

/// Keeps the writer from committing while it lives.
class WriteLock {
  public:
    explicit WriteLock(const std::string& path)
        : database_(*Database::open(path, OpenMode::Existing)),
          transaction_(*Transaction::begin(database_)) {}

  private:
    Database database_;
    Transaction transaction_;
};

TEST_F(EvidenceWriterTest, WhatWasAppendedCanBeReadAtOnceByAnotherConnection) {
    auto writer = open();
    EvidenceRecord written = record("A1");
    written.note = "control header removed";
    written.recipients.push_back(test::recipient("carol@example.org", "queue"));
    written.recipients[1].verdict_json = R"({"level":"unknown"})";
    const auto id = writer->append(written, soon());
    ASSERT_TRUE(id) << id.error().what;

    const auto found = stored("A1");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, *id);
    EXPECT_EQ(found[0].record.time, written.time);
    EXPECT_EQ(found[0].record.note, written.note);
    ASSERT_EQ(found[0].record.recipients.size(), 2U);
    EXPECT_EQ(found[0].record.recipients[1].address, "carol@example.org");
    EXPECT_EQ(found[0].record.recipients[1].verdict_json, R"({"level":"unknown"})");
}

TEST_F(EvidenceWriterTest, SixteenThreadsGetDistinctIdsUnderWhichTheirRecordsAre) {
    constexpr int kThreads = 16;
    constexpr int kEach = 200;
    auto writer = open();
    std::vector<std::map<std::int64_t, std::string>> given(kThreads);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
            for (int index = 0; index < kEach; ++index) {
                const std::string queue_id = std::to_string(thread) + "-" + std::to_string(index);
                const auto id = writer->append(record(queue_id), soon());
                if (id) given[static_cast<std::size_t>(thread)][*id] = queue_id;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    std::map<std::int64_t, std::string> all;
    for (const auto& some : given) all.insert(some.begin(), some.end());
    EXPECT_EQ(all.size(), std::size_t{kThreads * kEach});
    std::map<std::int64_t, std::string> found;
    for (const auto& evidence : everything()) {
        found[evidence.id] = evidence.record.queue_id;
    }
    EXPECT_EQ(found, all);
    const auto counters = writer->counters();
    EXPECT_EQ(counters.appended, std::uint64_t{kThreads * kEach});
    EXPECT_LT(counters.commits, counters.appended / 2) << "group commit does not group";
}

TEST_F(EvidenceWriterTest, EverythingThatGatheredDuringOneCommitIsTheNextCommit) {
    constexpr std::uint64_t kThreads = 16;
    auto writer = open();
    std::vector<std::thread> threads;
    std::atomic<int> succeeded = 0;
    {
        const WriteLock lock(path_);
        for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back(
                [&] { succeeded += writer->append(record("A1"), soon()) ? 1 : 0; });
        }
        ASSERT_TRUE(eventually([&] { return writer->counters().waiting == kThreads; }));
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(succeeded, 16);
    EXPECT_LE(writer->counters().commits, 2U);
    EXPECT_EQ(writer->counters().waiting, 0U);
}

TEST_F(EvidenceWriterTest, ADeadlineThatHasPassedLeavesNoRecord) {
    auto writer = open();
    const auto late = writer->append(record("A1"), soon(std::chrono::milliseconds(0)));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, ErrorKind::Temporary);
    writer->stop();
    EXPECT_TRUE(stored("A1").empty());
}

TEST_F(EvidenceWriterTest, AWaiterIsFreeAtItsDeadlineAndIsNotToldSuccess) {
    auto writer = open();
    {
        const WriteLock lock(path_);
        const auto late = writer->append(record("A1"), soon(std::chrono::milliseconds(20)));
        ASSERT_FALSE(late);
        EXPECT_EQ(late.error().kind, ErrorKind::Temporary);
    }
    // The retry has an id of its own, whether or not the first attempt was committed.
    const auto again = writer->append(record("A1"), soon());
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(stored("A1").back().id, *again);
}

TEST_F(EvidenceWriterTest, ARecordThatTheThreadHasNotTakenIsWithdrawnAtTheDeadline) {
    auto writer = open();
    Result<std::int64_t> first;
    std::thread thread;
    {
        const WriteLock lock(path_);
        thread = std::thread([&] { first = writer->append(record("first"), soon()); });
        ASSERT_TRUE(eventually([&] {
            const auto counters = writer->counters();
            return counters.waiting == 1 && counters.queued == 0;
        })) << "the thread has taken the first; the lock keeps it there";
        EXPECT_FALSE(writer->append(record("second"), soon(std::chrono::milliseconds(20))));
    }
    thread.join();
    EXPECT_TRUE(first) << first.error().what;
    writer->stop();
    EXPECT_TRUE(stored("second").empty());
}

TEST_F(EvidenceWriterTest, StopCommitsWhatHasGatheredAndRefusesWhatComesLater) {
    auto writer = open();
    std::vector<std::thread> threads;
    std::atomic<std::size_t> succeeded = 0;
    {
        const WriteLock lock(path_);
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back(
                [&] { succeeded += writer->append(record("A1"), soon()) ? 1 : 0; });
        }
        ASSERT_TRUE(eventually([&] { return writer->counters().waiting == 4; }));
    }
    writer->stop();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(succeeded, 4U);
    EXPECT_EQ(stored("A1").size(), 4U);
    const auto later = writer->append(record("A2"), soon());
    ASSERT_FALSE(later);
    EXPECT_EQ(later.error().kind, ErrorKind::Temporary);
    writer->stop();
}

TEST_F(EvidenceWriterTest, AMissingDirectoryFailsAtStartAndIsNamed) {
    store_.settings.evidence = directory_.file("missing/evidence.db");
    const auto writer = EvidenceWriter::open(store_.settings);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().kind, ErrorKind::Temporary);
    EXPECT_NE(writer.error().what.find("missing/evidence.db"), std::string::npos);
    EXPECT_NE(writer.error().what.find("No such file or directory"), std::string::npos);
}

TEST_F(EvidenceWriterTest, ADatabaseThatVanishesIsNotReplacedByAnEmptyOneAndIsTakenBack) {
    auto writer = open();
    ASSERT_TRUE(writer->append(record("A1"), soon()));
    const std::string directory = std::filesystem::path(path_).parent_path().string();
    std::filesystem::rename(directory, directory + ".away");
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto lost = writer->append(record("A2"), soon());
        ASSERT_FALSE(lost);
        EXPECT_EQ(lost.error().kind, ErrorKind::Temporary);
    }
    EXPECT_FALSE(std::filesystem::exists(directory));
    std::filesystem::rename(directory + ".away", directory);
    const auto back = writer->append(record("A2"), soon());
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(*back, 2);
    EXPECT_EQ(writer->counters().failures, 2U);
}

TEST_F(EvidenceWriterTest, AFileOfOthersInItsPlaceIsLeftAloneUntilTheDatabaseIsBack) {
    auto writer = open();
    ASSERT_TRUE(writer->append(record("A1"), soon()));
    for (const std::uintmax_t size : {5000, 0}) {
        std::filesystem::rename(path_, path_ + ".away");
        std::ofstream(path_) << std::string(size, 'x');
        const auto refused = writer->append(record("A2"), soon());
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Temporary) << refused.error().what;
        EXPECT_EQ(std::filesystem::file_size(path_), size);
        std::filesystem::rename(path_ + ".away", path_);
        const auto back = writer->append(record("A2"), soon());
        EXPECT_TRUE(back) << back.error().what;
    }
    EXPECT_EQ(stored("A1").size(), 1U);
    EXPECT_EQ(stored("A2").size(), 2U);
}

/// The greatest size that a file may grow to, as a full disk that root cannot get round either.
void limit_files(rlim_t bytes) {
    const rlimit limit{bytes, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(EvidenceWriterTest, AFullDiskIsTemporaryAndTheWriterRecoversWithoutRestart) {
    const pid_t child = test::start_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        auto writer = EvidenceWriter::open(store_.settings);
        if (!writer || !(*writer)->append(record("before"), soon())) return 1;
        limit_files(1);
        for (int attempt = 0; attempt < 3; ++attempt) {
            const auto refused = (*writer)->append(record("full"), soon());
            if (refused || refused.error().kind != ErrorKind::Temporary) return 2;
        }
        limit_files(RLIM_INFINITY);
        if (!(*writer)->append(record("after"), soon())) return 3;
        return (*writer)->counters().failures == 3 ? 0 : 4;
    });
    const int status = test::wait_for_child(child);
    ASSERT_TRUE(WIFEXITED(status)) << status;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(stored("before").size(), 1U);
    EXPECT_TRUE(stored("full").empty());
    EXPECT_EQ(stored("after").size(), 1U);
}

/// File modes do not stop root.
bool become_ordinary_user(const std::string& directory) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() != 0) return true;
    return ::chown(directory.c_str(), kNobody, kNobody) == 0 && ::setgid(kNobody) == 0 &&
           ::setuid(kNobody) == 0;
}

TEST_F(EvidenceWriterTest, AReadOnlyFileIsTemporaryAndTheWriterRecoversWithoutRestart) {
    const pid_t child = test::start_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        if (!become_ordinary_user(directory_.file(""))) return 1;
        auto writer = EvidenceWriter::open(store_.settings);
        if (!writer || !(*writer)->append(record("before"), soon())) return 2;
        limit_files(1);
        if ((*writer)->append(record("full"), soon())) return 3;  // makes it open the file again
        limit_files(RLIM_INFINITY);
        for (const mode_t mode : {0440, 0000}) {
            for (const std::string& path : {path_, store_.settings.message_keys}) ::chmod(path.c_str(), mode);
            const auto refused = (*writer)->append(record("refused"), soon());
            if (refused || refused.error().kind != ErrorKind::Temporary) return 4;
        }
        for (const std::string& path : {path_, store_.settings.message_keys}) ::chmod(path.c_str(), 0640);
        return (*writer)->append(record("after"), soon()) ? 0 : 5;
    });
    const int status = test::wait_for_child(child);
    ASSERT_TRUE(WIFEXITED(status)) << status;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_TRUE(stored("refused").empty());
    EXPECT_EQ(stored("after").size(), 1U);
}

/// Appends from four threads and says each id on the pipe after append has returned it.
int append_until_killed(const policy::StoreSettings& settings, int pipe_end) {
    auto writer = EvidenceWriter::open(settings);
    if (!writer) return 1;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (;;) {
                const auto id = (*writer)->append(record("A1"), soon());
                if (!id || ::write(pipe_end, &*id, sizeof *id) != sizeof *id) return;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    return 2;
}

TEST_F(EvidenceWriterTest, EveryIdThatWasAcknowledgedBeforeAKillIsThere) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = test::start_child([&] { return append_until_killed(store_.settings, ends[1]); });
    ::close(ends[1]);
    std::set<std::int64_t> acknowledged;
    std::int64_t id = 0;
    while (::read(ends[0], &id, sizeof id) == sizeof id) {
        acknowledged.insert(id);
        if (acknowledged.size() == 300) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    const int status = test::wait_for_child(child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ASSERT_GE(acknowledged.size(), 300U);

    {
        const auto table = EvidenceTable::open(path_);  // as the writer begins; after that it signs
        ASSERT_TRUE(table) << table.error().what;
        EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), 0U) << "the log was not made durable anew";
    }
    auto writer = open();
    std::set<std::int64_t> there;
    for (const auto& evidence : stored("A1")) there.insert(evidence.id);
    EXPECT_TRUE(
        std::includes(there.begin(), there.end(), acknowledged.begin(), acknowledged.end()));
    const auto next = writer->append(record("A2"), soon());
    ASSERT_TRUE(next);
    EXPECT_GT(*next, *there.rbegin());
}

TEST_F(EvidenceWriterTest, RecordsOfAnEarlierRunStay) {
    ASSERT_TRUE(open()->append(record("A1"), soon()));
    ASSERT_TRUE(open()->append(record("A2"), soon()));
    EXPECT_EQ(everything().size(), 2U);
}

}  // namespace
}  // namespace smarttls::store
