// SPDX-License-Identifier: Apache-2.0
#include "store/checkpoints.h"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "store/evidence_log.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::at;
using test::eventually;
using test::record;
using test::soon;

class CheckpointsTest : public ::testing::Test {
  protected:
    void append(int count) {
        std::vector<EvidenceRecord> records;
        for (int i = 0; i < count; ++i) records.push_back(record("Q" + std::to_string(i)));
        ASSERT_TRUE(store_.append(records));
        // The writer that made the databases signs nothing: it ended before there was a record.
    }
    [[nodiscard]] Database database(OpenMode mode = OpenMode::Existing) const { return *Database::open(store_.settings.evidence, mode); }
    [[nodiscard]] CheckpointSigner signer() const { return *CheckpointSigner::open(store_.settings); }
    [[nodiscard]] Result<std::optional<StoredCheckpoint>> sign(std::int64_t time = 1'000) const {
        Database writable = database();
        return signer().sign(writable, at(time));
    }
    [[nodiscard]] std::uint64_t newest_size() const {
        const auto newest = newest_checkpoint(store_.settings.evidence);
        return newest && *newest ? (*newest)->size : 0;
    }
    [[nodiscard]] std::string file_content() const {
        std::ostringstream text;
        text << std::ifstream(store_.settings.checkpoint_file).rdbuf();
        return text.str();
    }
    void execute(const std::string& sql) const {
        Database writable = database();
        const auto done = writable.exec(sql);
        ASSERT_TRUE(done) << done.error().what;
    }
    test::ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
};

TEST_F(CheckpointsTest, AnEmptyLogIsNotSigned) {
    append(0);
    const auto signed_now = sign();
    ASSERT_TRUE(signed_now) << signed_now.error().what;
    EXPECT_FALSE(*signed_now);
}

TEST_F(CheckpointsTest, ACheckpointSaysSizeAndRootAndIsSignedOnceForEachSize) {
    append(5);
    const auto first = sign(1'000);
    ASSERT_TRUE(first && *first) << first.error().what;
    EXPECT_EQ((*first)->size, 5U);
    const auto opened = open_checkpoint((*first)->note, signer().verifier());
    ASSERT_TRUE(opened) << opened.error().what;
    Database database_now = database();
    const auto log = load_log(database_now, 5);
    EXPECT_EQ(opened->root, log->root());
    EXPECT_EQ(opened->origin, "test.example/log");
    EXPECT_EQ((*sign(2'000))->note, (*first)->note) << "the log has not grown";
    append(1);
    EXPECT_EQ((*sign(3'000))->size, 6U);
    EXPECT_EQ((*newest_checkpoint(store_.settings.evidence))->time, at(3'000));
}

TEST_F(CheckpointsTest, EachNewOneIsAppendedToTheFileAndCanBeTakenOutOfItAgain) {
    store_.settings.checkpoint_file = directory_.file("checkpoints");
    append(2);
    const std::string first = (*sign())->note;
    ASSERT_TRUE(sign());
    append(3);
    const std::string second = (*sign())->note;
    EXPECT_EQ(split_notes(file_content()), (std::vector{first, second}));
    struct stat found {};
    ASSERT_EQ(::stat(store_.settings.checkpoint_file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0640U);
}

TEST_F(CheckpointsTest, NotesAreFoundWhateverStandsBetweenThem) {
    append(1);
    const std::string note = (*sign())->note;
    std::string mailed;
    for (const char byte : note) mailed += byte == '\n' ? "\r\n" : std::string(1, byte);
    EXPECT_EQ(split_notes(note + note + "\n\n" + mailed), (std::vector{note, note, note}));
    EXPECT_TRUE(split_notes("").empty());
    EXPECT_TRUE(split_notes("\n\n\r\n").empty());
    EXPECT_EQ(split_notes("nothing of the kind").size(), 1U) << "it shall be seen that it proves nothing";
}

TEST_F(CheckpointsTest, AFileThatCannotBeWrittenIsToldAndTheCheckpointIsThere) {
    store_.settings.checkpoint_file = directory_.file("missing/checkpoints");
    append(2);
    const auto told = sign();
    ASSERT_FALSE(told);
    EXPECT_NE(told.error().what.find("it is signed, and not in [store] checkpoint-file"), std::string::npos) << told.error().what;
    EXPECT_EQ(newest_size(), 2U);
}

TEST_F(CheckpointsTest, ALogThatWasCutOrRewrittenGetsNoSignature) {
    append(5);
    ASSERT_TRUE(sign());
    const auto expect = [&](const std::string& sentence) {
        const auto refused = sign();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Corrupt);
        EXPECT_NE(refused.error().what.find(sentence), std::string::npos) << refused.error().what;
    };
    execute("PRAGMA foreign_keys = OFF; UPDATE record SET id = 0 WHERE id = 5");
    expect("the log has 4 records, and 5 were signed");
    execute("PRAGMA foreign_keys = OFF; UPDATE record SET id = 5 WHERE id = 0");
    append(2);
    execute("UPDATE node SET hash = zeroblob(32) WHERE position = 6");  // of the first four leaves
    expect("the first 5 records of the log are not those that were signed");
}

TEST_F(CheckpointsTest, TheKeyOfAnotherLogIsRefused) {
    append(1);
    ASSERT_TRUE(sign());
    store_.settings.log_origin = "other.example/log";
    const auto refused = CheckpointSigner::open(store_.settings);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(refused.error().what.find("is the signing key of test.example/log"), std::string::npos) << refused.error().what;
}

TEST_F(CheckpointsTest, WithoutANameInTheConfigurationTheLogKeepsItsOwn) {
    append(1);
    ASSERT_TRUE(sign());
    store_.settings.log_origin.clear();  // as on a machine that got another name
    const auto signer = CheckpointSigner::open(store_.settings);
    ASSERT_TRUE(signer) << signer.error().what;
    EXPECT_EQ(signer->verifier().name(), "test.example/log");
}

TEST_F(CheckpointsTest, ManySignAtOnceAndEachSizeHasOneCheckpoint) {
    store_.settings.checkpoint_file = directory_.file("checkpoints");
    append(1);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int round = 0; round < 5; ++round) {
                // Who opens the database empties its write-ahead log, for which nobody else may be reading.
                EXPECT_TRUE(eventually([&] { return bool(append_evidence(store_.settings, std::vector{record("T")})); }));
                const auto signed_now = sign();
                EXPECT_TRUE(signed_now) << signed_now.error().what;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(newest_size(), 21U);
    const auto rows = database(OpenMode::ReadOnly).query_integer("SELECT count(*) FROM checkpoint");
    const auto notes = split_notes(file_content());
    EXPECT_EQ(static_cast<std::int64_t>(notes.size()), *rows);
    for (const std::string& note : notes) EXPECT_TRUE(open_checkpoint(note, signer().verifier()));
}

TEST_F(CheckpointsTest, TheWriterSignsWithinItsIntervalWhatItAndOthersAppend) {
    auto writer = EvidenceWriter::open(store_.settings, std::chrono::milliseconds(20));
    ASSERT_TRUE(writer) << writer.error().what;
    ASSERT_TRUE((*writer)->append(record("A"), soon()));
    EXPECT_TRUE(eventually([&] { return newest_size() == 1; }));
    append(2);
    EXPECT_TRUE(eventually([&] { return newest_size() == 3; })) << "another process appended";
    EXPECT_TRUE((*writer)->signing());
}

TEST_F(CheckpointsTest, TheWriterSignsAtItsEndAndNotBeforeItsTime) {
    auto writer = EvidenceWriter::open(store_.settings, std::chrono::hours(1));
    ASSERT_TRUE((*writer)->append(record("A"), soon()));
    ASSERT_TRUE((*writer)->append(record("B"), soon()));
    EXPECT_LE(newest_size(), 1U) << "the first look is at once, for what a crash left";
    (*writer)->stop();
    EXPECT_EQ(newest_size(), 2U);
}

TEST_F(CheckpointsTest, AWriterThatCannotSignSaysSoAndGoesOnTakingEvidence) {
    store_.settings.checkpoint_file = directory_.file("missing/checkpoints");
    auto writer = EvidenceWriter::open(store_.settings, std::chrono::milliseconds(10));
    ASSERT_TRUE((*writer)->append(record("A"), soon()));
    EXPECT_TRUE(eventually([&] { return !(*writer)->signing(); }));
    EXPECT_TRUE((*writer)->append(record("B"), soon()));
}

TEST_F(CheckpointsTest, ATokenIsKeptWithItsCheckpointAndNeverReplaced) {
    auto writer = EvidenceWriter::open(store_.settings, std::chrono::milliseconds(10));
    ASSERT_TRUE((*writer)->append(record("A"), soon()));
    ASSERT_TRUE(eventually([&] { return newest_size() == 1; }));
    for (const std::uint8_t byte : {std::uint8_t{1}, std::uint8_t{2}}) {
        const auto noted = (*writer)->note(CheckpointToken{1, {byte}}, soon());
        ASSERT_TRUE(noted) << noted.error().what;
    }
    EXPECT_EQ((*newest_checkpoint(store_.settings.evidence))->token, Bytes{1});
}

}  // namespace
}  // namespace smarttls::store
