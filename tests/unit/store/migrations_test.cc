// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>

#include "store/evidence_schema.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::ScratchDirectory;

constexpr std::array<std::string_view, 2> kTwo{"CREATE TABLE a (x); INSERT INTO a VALUES (1)",
                                               "ALTER TABLE a ADD COLUMN y; CREATE TABLE b (x)"};
constexpr std::array<std::string_view, 2> kBrokenSecond{kTwo[0],
                                                        "CREATE TABLE b (x); CREATE TABEL"};

class MigrationsTest : public ::testing::Test {
  protected:
    std::int64_t version() { return *database_.query_integer("PRAGMA user_version"); }
    std::int64_t tables() {
        return *database_.query_integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table'");
    }
    ScratchDirectory directory_;
    std::string path_ = directory_.file("test.db");
    Database database_ = *Database::open(path_, OpenMode::ReadWrite);
};

TEST_F(MigrationsTest, AnEmptyDatabaseIsBroughtToTheLastVersion) {
    ASSERT_TRUE(migrate(database_, kTwo));
    EXPECT_EQ(version(), 2);
    EXPECT_EQ(tables(), 2);
}

TEST_F(MigrationsTest, OnlyTheMissingMigrationsRunAndContentStays) {
    ASSERT_TRUE(migrate(database_, std::span(kTwo).first(1)));
    EXPECT_EQ(version(), 1);
    ASSERT_TRUE(migrate(database_, kTwo));
    ASSERT_TRUE(migrate(database_, kTwo));
    EXPECT_EQ(version(), 2);
    EXPECT_EQ(*database_.query_integer("SELECT count(*) FROM a"), 1);
}

TEST_F(MigrationsTest, ADatabaseOfANewerProgramIsRefusedAndUntouched) {
    ASSERT_TRUE(migrate(database_, kTwo));
    const auto refused = migrate(database_, std::span(kTwo).first(1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(
        refused.error().what,
        "its schema version 2 comes from a newer program; this one knows 1: install the newer "
        "program or restore a backup");
    EXPECT_EQ(version(), 2);
}

TEST_F(MigrationsTest, AMigrationThatFailsHalfWayLeavesTheVersionBeforeItWhole) {
    const auto failed = migrate(database_, kBrokenSecond);
    ASSERT_FALSE(failed);
    EXPECT_TRUE(failed.error().what.starts_with("migration 2: ")) << failed.error().what;
    EXPECT_EQ(version(), 1);
    EXPECT_EQ(tables(), 1);
    EXPECT_TRUE(migrate(database_, kTwo));
}

TEST_F(MigrationsTest, AProcessKilledInsideAMigrationLeavesNothing) {
    const std::string fresh = directory_.file("fresh.db");
    const pid_t child = test::start_child([&] {
        auto database = Database::open(fresh, OpenMode::ReadWrite);
        auto transaction = Transaction::begin(*database);
        if (!database->exec("CREATE TABLE a (x); PRAGMA user_version = 1")) return 1;
        return std::raise(SIGKILL);
    });
    const int status = test::wait_for_child(child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    auto database = Database::open(fresh, OpenMode::ReadWrite);
    EXPECT_EQ(*database->query_integer("PRAGMA user_version"), 0);
    EXPECT_EQ(*database->query_integer("SELECT count(*) FROM sqlite_schema"), 0);
    EXPECT_TRUE(migrate(*database, kTwo));
}

TEST_F(MigrationsTest, TwoProgramsThatUpgradeAtOnceDoItOnce) {
    Database other = *Database::open(path_, OpenMode::ReadWrite);
    policy::Result<void> second;
    std::thread racing([&] { second = migrate(other, kTwo); });
    const auto first = migrate(database_, kTwo);
    racing.join();
    EXPECT_TRUE(first) << first.error().what;
    EXPECT_TRUE(second) << second.error().what;
    EXPECT_EQ(*database_.query_integer("SELECT count(*) FROM a"), 1);
}

TEST_F(MigrationsTest, AReaderDemandsExactlyItsVersion) {
    EXPECT_EQ(require_version(database_, 1).error().kind, ErrorKind::Temporary);
    ASSERT_TRUE(migrate(database_, kTwo));
    EXPECT_EQ(require_version(database_, 1).error().kind, ErrorKind::Misconfigured);
    EXPECT_TRUE(require_version(database_, 2));
}

TEST_F(MigrationsTest, TheEvidenceSchemaIsWhatItsNumberSays) {
    ASSERT_TRUE(migrate(database_, evidence_migrations()));
    EXPECT_EQ(version(), 1);
    EXPECT_FALSE(database_.exec("INSERT INTO sealed VALUES ('a', 7, '', '', '', 0)")) << "without its record";
}

}  // namespace
}  // namespace smarttls::store
