// SPDX-License-Identifier: Apache-2.0
#include "store/content_audit.h"

#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

using test::record;

class ContentAuditTest : public ::testing::Test {
  protected:
    void SetUp() override {
        EvidenceRecord one = record("Q1");
        one.recipients.push_back(test::recipient("carol@Example.org", "hold"));
        one.recipients[1].verdict_json = R"({"level":"unknown"})";
        one.recipients[1].floor = "pkix";
        ASSERT_TRUE(store_.append({one, record("Q2")}));
    }
    void execute(const std::string& sql) const {
        Database writable = *Database::open(store_.settings.evidence, OpenMode::Existing);
        const auto done = writable.exec(sql);
        ASSERT_TRUE(done) << done.error().what;
    }
    [[nodiscard]] ContentAudit audit(bool with_keys = true) const {
        auto audited = audit_content(store_.settings, with_keys ? store_.private_keys : "", 2);
        EXPECT_TRUE(audited) << audited.error().what;
        return *std::move(audited);
    }
    test::ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
};

TEST_F(ContentAuditTest, WhatWasWrittenIsWhole) {
    const ContentAudit whole = audit();
    EXPECT_EQ(whole.mistakes.count(), 0U) << whole.mistakes.first().front();
    EXPECT_EQ(whole.opened, 5U);
    EXPECT_TRUE(whole.knows_addresses);
}

TEST_F(ContentAuditTest, WithoutPrivateKeysPartsStaySealedAndTermsAreThoseOfTheColumns) {
    const ContentAudit sealed = audit(false);
    EXPECT_EQ(sealed.mistakes.count(), 0U);
    EXPECT_EQ(sealed.sealed, 5U);
    execute("DELETE FROM term WHERE kind = 2 AND record = 2");
    EXPECT_EQ(audit(false).mistakes.first().front(), "record 2: a search by its domain does not find it");
}

TEST_F(ContentAuditTest, EachColumnAndTermIsComparedWithWhatIsEncrypted) {
    struct Row {
        std::string sql;
        std::string sentence;
    };
    const std::vector<Row> table{
        {"UPDATE part SET domain = 'evil.example' WHERE record = 1 AND number = 2",
         "record 1: part 2 says domain \"example.org\", and the column beside it \"evil.example\""},
        {"UPDATE part SET domain = NULL WHERE record = 1 AND number = 2", "record 1: part 2 says domain \"example.org\", and the column beside it \"\""},
        {"UPDATE part SET outcome = 'direct' WHERE record = 1 AND number = 2", "part 2 says outcome \"hold\", and the column beside it \"direct\""},
        {"UPDATE part SET floor = 'dane' WHERE record = 1 AND number = 2", "part 2 says floor \"pkix\", and the column beside it \"dane\""},
        {"UPDATE part SET address = zeroblob(16) WHERE record = 2 AND number = 0", "record 2: part 0 is about another address than the column beside it"},
        {"UPDATE part SET verdict = NULL WHERE record = 1 AND number = 2", "part 2 names a verdict, which is missing"},
        {"UPDATE verdict SET json = '{}'", "part 2 names another verdict than stands with it"},
        {"UPDATE part SET content = zeroblob(200) WHERE record = 2 AND number = 1", "has another digest than the log"},
        {"UPDATE record SET time = 7 WHERE id = 2", "record 2: its facts say another time than the column beside them"},
        {"DELETE FROM term WHERE kind = 1 AND record = 2", "record 2: a search by its class does not find it"},
        {"DELETE FROM term WHERE kind = 3 AND record = 2", "record 2: a search by its address does not find it"},
        {"DELETE FROM term WHERE kind = 4 AND record = 2", "record 2: a search by its queue id does not find it"},
        {"UPDATE term SET time = 3 WHERE kind = 5 AND record = 2", "record 2: a search by its outcome does not find it"},
        {"UPDATE term SET segment = 2 WHERE kind = 4 AND record = 2", "record 2: a search by its queue id does not find it"},
        {"DELETE FROM term WHERE kind = 6 AND record = 2", "record 2: a search by its event does not find it"},
    };
    for (const Row& row : table) {
        SCOPED_TRACE(row.sql);
        ASSERT_TRUE(Database::open(store_.settings.evidence, OpenMode::Existing)->checkpoint());
        const std::string kept = directory_.file("kept.db");
        std::filesystem::copy_file(store_.settings.evidence, kept);
        execute(row.sql);
        const ContentAudit found = audit();
        ASSERT_GE(found.mistakes.count(), 1U);
        EXPECT_NE(found.mistakes.first().front().find(row.sentence), std::string::npos) << found.mistakes.first().front();
        std::filesystem::remove(store_.settings.evidence + "-wal");
        std::filesystem::remove(store_.settings.evidence + "-shm");
        std::filesystem::rename(kept, store_.settings.evidence);
    }
}

TEST_F(ContentAuditTest, AnErasedPartIsCountedAndNothingIsExpectedOfIt) {
    execute("UPDATE part SET content = NULL, address = NULL, domain = NULL, outcome = NULL, floor = NULL WHERE record = 2 AND number = 1;"
            "DELETE FROM term WHERE record = 2 AND kind IN (2, 3) AND value <> (SELECT address FROM part WHERE record = 2 AND number = 0)");
    const ContentAudit erased = audit();
    EXPECT_EQ(erased.mistakes.count(), 0U) << erased.mistakes.first().front();
    EXPECT_EQ(erased.erased, 1U);
    EXPECT_EQ(erased.opened, 4U);
}

TEST_F(ContentAuditTest, WithoutTheKeyOfAddressesTheyAreNotCompared) {
    std::filesystem::remove(store_.settings.address_key);
    execute("UPDATE part SET address = zeroblob(16) WHERE record = 2 AND number = 0; INSERT OR IGNORE INTO term SELECT 1, 3, zeroblob(16), time, id FROM record");
    const ContentAudit blind = audit();
    EXPECT_EQ(blind.mistakes.count(), 0U) << blind.mistakes.first().front();
    EXPECT_FALSE(blind.knows_addresses);
}

}  // namespace
}  // namespace smarttls::store
