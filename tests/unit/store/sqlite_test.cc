// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/unit/store/scratch.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::ScratchDirectory;

// Primary result codes of https://www.sqlite.org/rescode.html
constexpr int kBusy = 5;
constexpr int kReadOnlyCode = 8;
constexpr int kCannotOpen = 14;
constexpr int kNotADatabase = 26;

constexpr mode_t kPermissions = 07777;

mode_t mode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & kPermissions : 0;
}

class SqliteTest : public ::testing::Test {
  protected:
    Database open(OpenMode mode = OpenMode::ReadWrite) {
        auto database = Database::open(path_, mode);
        EXPECT_TRUE(database) << database.error().what;
        return *std::move(database);
    }
    ScratchDirectory directory_;
    std::string path_ = directory_.file("test.db");
};

TEST_F(SqliteTest, ANewDatabaseHasMode0640WhateverTheUmask) {
    for (const mode_t mask : {0000, 0022, 0077}) {
        const std::string path = directory_.file(std::to_string(mask) + ".db");
        const mode_t before = ::umask(mask);
        auto database = Database::open(path, OpenMode::ReadWrite);
        ASSERT_TRUE(database) << database.error().what;
        EXPECT_TRUE(database->exec("CREATE TABLE t (x)"));
        ::umask(before);
        EXPECT_EQ(mode_of(path), 0640U);
        EXPECT_EQ(mode_of(path + "-wal"), 0640U);
        EXPECT_EQ(mode_of(path + "-shm"), 0640U);
    }
}

TEST_F(SqliteTest, AReaderTakesBackWhatAKilledWriterHasLeftInTheMiddle) {
    ASSERT_TRUE(open().exec("CREATE TABLE t (x); INSERT INTO t VALUES (7)"));
    const pid_t child = test::start_child([&] {
        // As in a restore: no write-ahead log, and pages that reach the file before the commit.
        auto database = Database::open(path_, OpenMode::Existing);
        if (!database->exec("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE t SET x = 8")) return 1;
        for (int i = 0; i < 100; ++i) {
            if (!database->exec("INSERT INTO t VALUES (randomblob(4000))")) return 2;
        }
        return ::kill(::getpid(), SIGKILL);
    });
    const int status = test::wait_for_child(child);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    ASSERT_GT(std::filesystem::file_size(path_ + "-journal"), 0U);
    Database reader = open(OpenMode::ReadOnly);
    EXPECT_EQ(*reader.query_integer("SELECT count(*) FROM t WHERE x = 7"), 1);
    EXPECT_EQ(*reader.query_integer("SELECT count(*) FROM t"), 1);
}

TEST_F(SqliteTest, AWritableDatabaseIsDurableAndLeavesNoResidue) {
    Database database = open();
    EXPECT_EQ(*database.query_text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(*database.query_integer("PRAGMA synchronous"), 2);
    EXPECT_EQ(*database.query_integer("PRAGMA secure_delete"), 1);
    EXPECT_EQ(*database.query_integer("PRAGMA foreign_keys"), 1);
}

TEST_F(SqliteTest, WhatIsBoundComesBackByteForByte) {
    Database database = open();
    ASSERT_TRUE(
        database.exec("CREATE TABLE t (i INTEGER, t TEXT, b BLOB, n TEXT, e TEXT, z BLOB)"));
    const std::string text("nul \0 and \xff", 11);
    const std::vector<std::uint8_t> bytes{0, 255, 0};
    auto insert = database.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    ASSERT_TRUE(insert);
    ASSERT_TRUE(insert->bind_all(INT64_MIN, text));
    ASSERT_TRUE(insert->bind_blob(3, bytes));
    ASSERT_TRUE(insert->bind_null(4));
    ASSERT_TRUE(insert->bind(5, std::string_view{}));
    ASSERT_TRUE(insert->bind_blob(6, {}));
    ASSERT_TRUE(insert->run());

    auto select = database.prepare("SELECT * FROM t");
    ASSERT_TRUE(select->step().value());
    EXPECT_EQ(select->integer(0), INT64_MIN);
    EXPECT_EQ(select->text(1), text);
    EXPECT_EQ(select->blob(2), bytes);
    EXPECT_TRUE(select->is_null(3));
    EXPECT_EQ(select->text(3), "");
    EXPECT_FALSE(select->is_null(4));
    EXPECT_FALSE(select->is_null(5));
    EXPECT_TRUE(select->blob(5).empty());
    EXPECT_FALSE(select->step().value());
}

TEST_F(SqliteTest, AStatementThatRanHasForgottenItsValues) {
    Database database = open();
    ASSERT_TRUE(database.exec("CREATE TABLE t (x)"));
    auto insert = database.prepare("INSERT INTO t VALUES (?1)");
    ASSERT_TRUE(insert->bind(1, 7));
    ASSERT_TRUE(insert->run());
    ASSERT_TRUE(insert->run());
    EXPECT_EQ(*database.query_integer("SELECT count(*) FROM t WHERE x IS NULL"), 1);
}

TEST_F(SqliteTest, OurOwnMistakesAreBugs) {
    Database database = open();
    ASSERT_TRUE(database.exec("CREATE TABLE t (x NOT NULL)"));
    EXPECT_EQ(database.exec("CREATE TABEL").error().kind, ErrorKind::Bug);
    EXPECT_EQ(database.prepare("").error().kind, ErrorKind::Bug);
    EXPECT_EQ(database.prepare("SELECT y FROM t").error().kind, ErrorKind::Bug);
    auto insert = database.prepare("INSERT INTO t VALUES (?1)");
    EXPECT_EQ(insert->bind(2, 1).error().kind, ErrorKind::Bug);
    EXPECT_EQ(insert->bind_all(1, 2).error().kind, ErrorKind::Bug);
    insert->reset();
    EXPECT_EQ(insert->run().error().kind, ErrorKind::Bug);
    EXPECT_EQ(database.prepare("SELECT 1")->run().error().kind, ErrorKind::Bug);
    EXPECT_EQ(database.query_integer("SELECT x FROM t").error().kind, ErrorKind::Bug);
}

TEST_F(SqliteTest, AMissingDirectoryIsNamedWithItsCause) {
    const auto database = Database::open(directory_.file("missing/test.db"), OpenMode::ReadWrite);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().kind, ErrorKind::Temporary);
    EXPECT_NE(database.error().what.find("missing/test.db"), std::string::npos);
    EXPECT_NE(database.error().what.find("No such file or directory"), std::string::npos);
}

TEST_F(SqliteTest, OnlyReadWriteCreatesAFile) {
    for (const OpenMode mode : {OpenMode::Existing, OpenMode::ReadOnly}) {
        const auto database = Database::open(path_, mode);
        ASSERT_FALSE(database);
        EXPECT_EQ(database.error().kind, ErrorKind::Temporary);
        EXPECT_EQ(database.error().code & 0xff, kCannotOpen);
        EXPECT_FALSE(std::filesystem::exists(path_));
    }
}

TEST_F(SqliteTest, WritingThroughAReadOnlyConnectionIsTemporary) {
    ASSERT_TRUE(open().exec("CREATE TABLE t (x)"));
    const auto written = open(OpenMode::ReadOnly).exec("INSERT INTO t VALUES (1)");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(written.error().code & 0xff, kReadOnlyCode);
}

TEST_F(SqliteTest, AFileThatIsNoDatabaseIsCorrupt) {
    std::ofstream(path_) << std::string(5000, 'x');
    for (const OpenMode mode : {OpenMode::ReadWrite, OpenMode::Existing, OpenMode::ReadOnly}) {
        const auto database = Database::open(path_, mode);
        ASSERT_FALSE(database);
        EXPECT_EQ(database.error().kind, ErrorKind::Corrupt);
        EXPECT_EQ(database.error().code & 0xff, kNotADatabase);
    }
}

TEST_F(SqliteTest, AFullDatabaseIsTemporaryAndTakesMoreOnceThereIsRoom) {
    Database database = open();
    ASSERT_TRUE(database.exec("CREATE TABLE t (x); PRAGMA max_page_count = 3"));
    const std::string fill = "INSERT INTO t VALUES (zeroblob(100000))";
    const auto full = database.exec(fill);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().kind, ErrorKind::Temporary);
    ASSERT_TRUE(database.exec("PRAGMA max_page_count = 1000"));
    EXPECT_TRUE(database.exec(fill));
}

TEST_F(SqliteTest, ASecondWriterIsBusyUntilTheFirstHasEnded) {
    Database first = open();
    Database second = open();
    {
        auto held = Transaction::begin(first);
        ASSERT_TRUE(held);
        const auto refused = Transaction::begin(second);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Temporary);
        EXPECT_EQ(refused.error().code & 0xff, kBusy);
    }
    EXPECT_TRUE(Transaction::begin(second));
}

TEST_F(SqliteTest, ATransactionThatIsNotCommittedNeverWas) {
    Database database = open();
    ASSERT_TRUE(database.exec("CREATE TABLE t (x)"));
    {
        auto transaction = Transaction::begin(database);
        ASSERT_TRUE(database.exec("INSERT INTO t VALUES (1)"));
        EXPECT_TRUE(database.in_transaction());
    }
    EXPECT_FALSE(database.in_transaction());
    {
        auto transaction = Transaction::begin(database);
        ASSERT_TRUE(database.exec("INSERT INTO t VALUES (2)"));
        ASSERT_TRUE(transaction->commit());
        EXPECT_EQ(transaction->commit().error().kind, ErrorKind::Bug);
    }
    EXPECT_EQ(*database.query_integer("SELECT sum(x) FROM t"), 2);
}

TEST_F(SqliteTest, AFileThatWasMovedAwayOrReplacedIsNoticed) {
    Database database = open();
    ASSERT_TRUE(database.exec("CREATE TABLE t (x)"));
    EXPECT_FALSE(database.has_moved());
    std::filesystem::rename(path_, path_ + ".old");
    EXPECT_TRUE(database.has_moved());
    std::ofstream(path_) << "another";
    EXPECT_TRUE(database.has_moved());
    std::filesystem::rename(path_ + ".old", path_);
    EXPECT_FALSE(database.has_moved());
}

TEST_F(SqliteTest, ACheckpointEmptiesTheLogOrSaysThatAReaderIsInTheWay) {
    Database database = open();
    ASSERT_TRUE(database.exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
    EXPECT_GT(std::filesystem::file_size(path_ + "-wal"), 0U);
    {
        Database reader = open(OpenMode::ReadOnly);
        auto reading = reader.prepare("SELECT x FROM t");
        ASSERT_TRUE(reading->step().value());
        ASSERT_TRUE(database.exec("INSERT INTO t VALUES (2)"));
        const auto refused = database.checkpoint();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::Temporary);
    }
    ASSERT_TRUE(database.checkpoint());
    EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), 0U);
}

TEST_F(SqliteTest, AReaderMayOpenAfterTheLastWriterClosed) {
    ASSERT_TRUE(open().exec("CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
    EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));  // else it could not without write access
    EXPECT_TRUE(std::filesystem::exists(path_ + "-shm"));
    EXPECT_EQ(std::filesystem::file_size(path_ + "-wal"), 0U);
    EXPECT_EQ(*open(OpenMode::ReadOnly).query_integer("SELECT x FROM t"), 1);
}

}  // namespace
}  // namespace smarttls::store
