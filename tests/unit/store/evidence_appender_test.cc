// SPDX-License-Identifier: Apache-2.0
//
// Evidence of commands, beside the milter that writes.
#include "store/evidence_appender.h"

#include <gtest/gtest.h>

#include <chrono>

#include "store/evidence_table.h"
#include "store/message_keys.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

using namespace std::chrono_literals;
using policy::ErrorKind;

class EvidenceAppenderTest : public testing::Test {
  protected:
    EvidenceAppenderTest() { EXPECT_TRUE(store_.append({test::record("A1")})); }

    /// Somebody who reads: the write-ahead log cannot be emptied as long as they do.
    [[nodiscard]] static Database reader(const std::string& path, const std::string& table) {
        auto database = Database::open(path, OpenMode::ReadOnly);
        EXPECT_TRUE(database && database->exec("BEGIN; SELECT count(*) FROM " + table));
        return *std::move(database);
    }

    test::ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
};

TEST_F(EvidenceAppenderTest, NeitherWaitsForReadersNorFailsByThem) {
    const Database evidence = reader(store_.settings.evidence, "record");
    const Database keys = reader(store_.settings.message_keys, "record_key");
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 3; ++i) {
        const auto ids = append_evidence(store_.settings, std::vector{test::record("A1")});
        ASSERT_TRUE(ids) << ids.error().what;
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s) << "SQLite waits for seconds where it waits";
    EXPECT_EQ(store_.reader()->by_queue_id("A1")->size(), 4U);
}

TEST_F(EvidenceAppenderTest, NeverMakesAnEmptyDatabaseInThePlaceOfALostOne) {
    std::filesystem::remove(store_.settings.evidence);
    EXPECT_FALSE(append_evidence(store_.settings, std::vector{test::record("A1")}));
    EXPECT_FALSE(std::filesystem::exists(store_.settings.evidence));
}

TEST_F(EvidenceAppenderTest, ADatabaseOfANewerProgramIsLeftAlone) {
    ASSERT_TRUE(Database::open(store_.settings.message_keys, OpenMode::ReadWrite)->exec("PRAGMA user_version = 99"));
    const auto ids = append_evidence(store_.settings, std::vector{test::record("A1")});
    ASSERT_FALSE(ids);
    EXPECT_EQ(ids.error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(store_.reader().error().kind, ErrorKind::Misconfigured);
}

}  // namespace
}  // namespace smarttls::store
