// SPDX-License-Identifier: Apache-2.0
#include "store/log_audit.h"

#include <functional>

#include "store/checkpoints.h"
#include "store/evidence_log.h"
#include "store/log/record_leaf.h"
#include "store/log/timestamp.h"
#include "tests/unit/store/keyed_store.h"
#include "tests/unit/store/log/test_authority.h"

namespace smarttls::store {
namespace {

using test::at;
using test::record;

constexpr int kRecords = 13;

/// A log of 13 records, signed at 5, 9 and 13; the checkpoints of 5 and 9 are kept outside.
class LogAuditTest : public ::testing::Test {
  protected:
    void SetUp() override {
        for (int i = 1; i <= kRecords; ++i) {
            ASSERT_TRUE(store_.append({record("Q" + std::to_string(i))}));
            if (i % 4 != 1) continue;
            Database writable = database();
            const auto signed_now = CheckpointSigner::open(store_.settings)->sign(writable, at(i));
            // The first size, 1, as well.
            ASSERT_TRUE(signed_now) << signed_now.error().what;
            if (i == 5 || i == 9) outside_.push_back({"outside " + std::to_string(i), (*signed_now)->note});
        }
    }
    [[nodiscard]] Database database() const { return *Database::open(store_.settings.evidence, OpenMode::Existing); }
    void execute(const std::string& sql) const {
        Database writable = database();
        const auto done = writable.exec("PRAGMA foreign_keys = OFF; " + sql);
        ASSERT_TRUE(done) << done.error().what << ": " << sql;
    }
    [[nodiscard]] LogAudit audit(bool with_outside = false, AuditDepth depth = AuditDepth::Content, const std::string& ca = "") const {
        const auto signer = CheckpointSigner::open(store_.settings);
        Database read = *Database::open(store_.settings.evidence, OpenMode::ReadOnly);
        auto audited = audit_log(read, {signer->verifier(), with_outside ? outside_ : std::vector<OutsideCheckpoint>{}, depth, ca});
        EXPECT_TRUE(audited) << audited.error().what;
        return *std::move(audited);
    }
    [[nodiscard]] Bytes bytes_of_note(std::int64_t size) const {
        const std::string note = database().query_text("SELECT note FROM checkpoint WHERE size = " + std::to_string(size)).value();
        return {note.begin(), note.end()};
    }
    static policy::WallTime now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }
    static void expect(const LogAudit& audit, const std::vector<std::string>& sentences) {
        std::string all;
        for (const std::string& one : audit.mistakes.first()) all += one + "\n";
        EXPECT_EQ(audit.mistakes.count(), sentences.size()) << all;
        for (const std::string& part : sentences) EXPECT_NE(all.find(part), std::string::npos) << part << " is not in\n" << all;
    }
    /// What somebody does who knows the format: every hash is made anew from the records.
    void recompute_hashes() const {
        Database writable = database();
        ASSERT_TRUE(writable.exec("DELETE FROM node"));
        auto records = writable.prepare("SELECT id, uuid, facts FROM record ORDER BY id");
        auto parts = writable.prepare("SELECT digest, commitment FROM part WHERE record = ?1 ORDER BY number");
        auto insert = writable.prepare("INSERT INTO node VALUES (?1, ?2)");
        MerkleAppender log;
        while (*records->step()) {
            Bytes stubs;
            ASSERT_TRUE(parts->bind(1, records->integer(0)));
            while (*parts->step()) {
                for (const int column : {0, 1}) {
                    const ByteView bytes = parts->view(column);
                    stubs.insert(stubs.end(), bytes.begin(), bytes.end());
                }
            }
            parts->reset();
            const auto nodes = log.append(record_leaf(records->view(1), records->view(2), stubs));
            for (const Node& node : *nodes) {
                ASSERT_TRUE(insert->bind(1, static_cast<std::int64_t>(node.position)));
                ASSERT_TRUE(insert->bind_blob(2, node.hash));
                ASSERT_TRUE(insert->run());
            }
        }
    }
    void sign_anew() const {
        execute("DELETE FROM checkpoint");
        Database writable = database();
        ASSERT_TRUE(CheckpointSigner::open(store_.settings)->sign(writable, at(99)));
    }

    test::ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
    std::vector<OutsideCheckpoint> outside_;
};

TEST_F(LogAuditTest, AWholeLogIsProved) {
    const LogAudit whole = audit(true);
    expect(whole, {});
    EXPECT_EQ(whole.records, 13U);
    EXPECT_EQ(whole.parts, 26U);
    EXPECT_EQ(whole.erased, 0U);
    EXPECT_EQ(whole.checkpoints, 4U);
    EXPECT_EQ(whole.outside, 2U);
    EXPECT_EQ(whole.signed_size, 13U);
    EXPECT_EQ(whole.outside_size, 9U);
    EXPECT_EQ(whole.signed_at, at(13));
}

TEST_F(LogAuditTest, TimestampsOfCheckpointsAreCheckedByWhoSaysWhomToTrust) {
    const test::TestAuthority authority;
    Database writable = database();
    for (const std::int64_t size : {5, 13}) {
        const Bytes note = bytes_of_note(size);
        auto stamp = writable.prepare("UPDATE checkpoint SET token = ?1 WHERE size = ?2");
        const auto request = make_timestamp_request(note);
        const auto stamped = check_timestamp_response(*request, authority.reply(*request), {authority.file("ca.pem"), now()});
        ASSERT_TRUE(stamped) << stamped.error().what;
        ASSERT_TRUE(stamp->bind_blob(1, stamped->token) && stamp->bind(2, size) && stamp->run());
    }
    EXPECT_EQ(audit().timestamps, 2U);
    EXPECT_EQ(audit().checked_timestamps, 0U);
    const LogAudit checked = audit(false, AuditDepth::Log, authority.file("ca.pem"));
    expect(checked, {});
    EXPECT_EQ(checked.checked_timestamps, 2U);
    EXPECT_NE(checked.stamped_at, EvidenceTime{});
    EXPECT_FALSE(checked.authority.empty());
    expect(audit(false, AuditDepth::Log, authority.file("other.pem")),
           {"the timestamp of the checkpoint of 5 records in the database proves nothing", "the timestamp of the checkpoint of 13 records"});
    execute("UPDATE checkpoint SET token = (SELECT token FROM checkpoint WHERE size = 5) WHERE size = 13");
    expect(audit(false, AuditDepth::Log, authority.file("ca.pem")), {"the timestamp of the checkpoint of 13 records"});
}

TEST_F(LogAuditTest, AnErasedPartLeavesTheLogWhole) {
    execute("UPDATE part SET content = NULL, domain = NULL, address = NULL WHERE record = 7 AND number = 1");
    const LogAudit erased = audit(true);
    expect(erased, {});
    EXPECT_EQ(erased.erased, 1U);
}

TEST_F(LogAuditTest, EachTamperingHasItsOwnMessage) {
    struct Row {
        std::string sql;
        std::vector<std::string> sentences;
    };
    const std::string changed = "its facts, its identifier, or the digest or commitment of a part was changed";
    const std::vector<Row> table{
        {"UPDATE record SET facts = replace(facts, 'direct', 'reject') WHERE id = 3", {"record 3 ("}},
        {"UPDATE record SET facts = replace(facts, 'direct', 'reject') WHERE id = 3", {changed}},
        {"UPDATE record SET uuid = zeroblob(16) WHERE id = 3", {"record 3 (00000000-0000-0000-0000-000000000000): " + changed}},
        {"UPDATE part SET digest = zeroblob(32) WHERE record = 4 AND number = 1",
         {changed, "part 1 is encrypted text of another SHA-256 than its digest"}},
        {"UPDATE part SET commitment = zeroblob(32) WHERE record = 4 AND number = 0", {changed}},
        {"UPDATE part SET content = zeroblob(99) WHERE record = 4 AND number = 0", {"part 0 is encrypted text of another SHA-256"}},
        {"DELETE FROM part WHERE record = 4 AND number = 1", {changed}},
        {"UPDATE part SET number = 7 WHERE record = 4 AND number = 1", {"part 7 has another number"}},
        {"UPDATE part SET digest = CAST(digest || commitment AS BLOB), commitment = x'' WHERE record = 4 AND number = 1",
         {"part 1 has another number or hashes than one can have", "part 1 is encrypted text of another SHA-256"}},
        {"INSERT INTO part (record, number, digest, commitment) VALUES (99, 0, x'', x'')", {"there is a part of record 99, and no such record"}},
        {"DELETE FROM record WHERE id = 13; DELETE FROM part WHERE record = 13", {"the last 1 record(s) are missing"}},
        {"DELETE FROM record WHERE id = 6; DELETE FROM part WHERE record = 6", {"record 6 is missing, and later ones are there"}},
        {"UPDATE record SET id = 0 WHERE id = 3; UPDATE record SET id = 3 WHERE id = 5; UPDATE record SET id = 5 WHERE id = 0;"
         "UPDATE part SET record = 0 WHERE record = 3; UPDATE part SET record = 3 WHERE record = 5; UPDATE part SET record = 5 WHERE record = 0",
         {"it stands in the place of record 3, and the log has it as record 5: records were reordered",
          "it stands in the place of record 5, and the log has it as record 3: records were reordered"}},
        {"INSERT INTO record VALUES (-4, x'', 0, '')", {"a record has the number -4"}},
        {"UPDATE node SET hash = zeroblob(32) WHERE position = 6", {"the log's own hash at position 6"}},
        {"DELETE FROM node WHERE position = 6", {"the log's own hash at position 6"}},
        {"DELETE FROM node WHERE position = 0", {"record 1 (", }},
        {"INSERT INTO node VALUES (-1, x'')", {"a hash stands at position -1 of the log, where none can be"}},
        {"INSERT INTO node VALUES (4000, zeroblob(32))", {"from leaf 13 on"}},
        {"UPDATE checkpoint SET note = replace(note, 'test.example', 'evil.example') WHERE size = 5", {"the checkpoint of 5 records in the database proves nothing"}},
        {"UPDATE checkpoint SET note = (SELECT note FROM checkpoint WHERE size = 5) WHERE size = 9", {"is one of 5 records"}},
        {"UPDATE checkpoint SET size = 14 WHERE size = 13", {"is one of 13 records"}},
        {"UPDATE checkpoint SET size = 12 WHERE size = 13", {"is one of 13 records"}},
    };
    for (const Row& row : table) {
        Database copy_of = database();
        ASSERT_TRUE(copy_of.checkpoint());
        const std::string kept = directory_.file("kept.db");
        std::filesystem::copy_file(store_.settings.evidence, kept);
        execute(row.sql);
        SCOPED_TRACE(row.sql);
        const LogAudit found = audit();
        if (row.sql.find("number = 7") != std::string::npos || row.sql.find("position = 0") != std::string::npos) {
            EXPECT_GE(found.mistakes.count(), 1U);
            EXPECT_NE(found.mistakes.first().front().find(row.sentences.front()), std::string::npos) << found.mistakes.first().front();
        } else {
            expect(found, row.sentences);
        }
        std::filesystem::remove(store_.settings.evidence + "-wal");
        std::filesystem::remove(store_.settings.evidence + "-shm");
        std::filesystem::rename(kept, store_.settings.evidence);
    }
}

TEST_F(LogAuditTest, QuickSeesNothingOfWhatIsEncrypted) {
    execute("UPDATE part SET content = zeroblob(99) WHERE record = 4");
    expect(audit(true, AuditDepth::Log), {});
    EXPECT_EQ(audit(true).mistakes.count(), 2U);
}

TEST_F(LogAuditTest, HashesThatWereMadeAnewShowInWhatWasSignedBefore) {
    execute("UPDATE record SET facts = replace(facts, 'direct', 'reject') WHERE id = 7");
    recompute_hashes();
    expect(audit(true), {"the checkpoint of 9 records in the database was signed over another log",
                         "the checkpoint of 13 records in the database was signed over another log",
                         "outside 9 was signed over another log: of its 9 records"});
}

TEST_F(LogAuditTest, WhatWasSignedAnewShowsInWhatIsKeptOutside) {
    execute("UPDATE record SET facts = replace(facts, 'direct', 'reject') WHERE id = 3");
    recompute_hashes();
    sign_anew();
    expect(audit(false), {});
    expect(audit(true), {"outside 5 was signed over another log", "outside 9 was signed over another log"});
}

TEST_F(LogAuditTest, AnEndThatWasTakenAwayShowsInWhatIsKeptOutside) {
    execute("DELETE FROM record WHERE id > 7; DELETE FROM part WHERE record > 7");
    recompute_hashes();
    expect(audit(false), {"the checkpoint of 9 records in the database was signed when the log had 9 records; now it has 7: the last 2 were taken away",
                          "the checkpoint of 13 records"});
    sign_anew();
    expect(audit(false), {});
    expect(audit(true), {"outside 9 was signed when the log had 9 records; now it has 7: the last 2 were taken away"});
}

TEST_F(LogAuditTest, AnEmptyLogIsShorterThanAnythingThatWasSigned) {
    execute("DELETE FROM record; DELETE FROM part; DELETE FROM node; DELETE FROM checkpoint");
    expect(audit(false), {});
    EXPECT_EQ(audit(true).mistakes.count(), 2U);
}

TEST_F(LogAuditTest, WhatIsKeptOutsideHasToBeSignedByThisKey) {
    const auto other = NoteSigner::create("test.example/log");
    outside_ = {{"forged", *sign_checkpoint({"test.example/log", 5, Hash{}, {}}, *other)}, {"garbage", "x\n"}};
    expect(audit(true), {"forged proves nothing: the note is not signed by test.example/log", "garbage proves nothing"});
}

TEST_F(LogAuditTest, OfManyMistakesTheFirstAreToldAndAllCounted) {
    Findings findings;
    for (int i = 0; i < 1000; ++i) findings.add(std::to_string(i));
    EXPECT_EQ(findings.count(), 1000U);
    EXPECT_EQ(findings.first().size(), 20U);
}

}  // namespace
}  // namespace smarttls::store
