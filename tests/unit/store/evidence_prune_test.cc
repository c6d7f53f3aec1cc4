// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_prune.h"

#include <gtest/gtest.h>

#include "tests/unit/store/erasure_site.h"

namespace smarttls::store {
namespace {

using test::at;
using test::ErasureSite;

class EvidencePruneTest : public ErasureSite {
  protected:
    static EvidenceRecord old_message(const std::string& queue_id, std::int64_t time, const std::string& name = "Medical") {
        EvidenceRecord one = message(queue_id, {"bob@example.nl"});
        one.time = at(time);
        one.class_name = name;
        return one;
    }
    [[nodiscard]] static PruneOrder before(std::int64_t time) { return {"medical", at(time), "jan", ""}; }
    Shown shown(const std::string& queue_id) { return store_.reader()->by_queue_id(queue_id).value()[0].record.shown; }
};

TEST_F(EvidencePruneTest, WhatIsOlderLosesItsPartsAndKeepsItsPlaceInTheLog) {
    append({old_message("A1", 1000), old_message("B2", 2000), old_message("C3", 1000, "legal")});
    const auto secret = part_secret(1, 1);
    const auto would = count_prunable(store_.settings, before(2000));
    ASSERT_TRUE(would) << would.error().what;
    EXPECT_EQ(would->parts, 2);
    EXPECT_EQ(shown("A1"), Shown::Clear) << "it was only counted";
    const auto done = prune_evidence(store_.settings, before(2000));
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->records, 1);
    EXPECT_EQ(done->parts, 2);
    EXPECT_EQ(shown("A1"), Shown::Erased);
    EXPECT_EQ(shown("B2"), Shown::Clear) << "its time has come and is not over";
    EXPECT_EQ(shown("C3"), Shown::Clear);
    EXPECT_TRUE(files_with(secret).empty());
    expect_whole_log(4);
    const auto told = store_.reader()->load(4).value();
    EXPECT_NE(told->facts.find(R"("pruned":{"before":"1970-01-01T00:00:02.000Z","parts":2,"records":1})"), std::string::npos) << told->facts;
    EXPECT_EQ(prune_evidence(store_.settings, before(2000))->parts, 0);
    EXPECT_EQ(count("record"), 4) << "nothing is told of nothing";
}

TEST_F(EvidencePruneTest, WhatWaitsForPickupStays) {
    append({kept_message("A1")});
    EXPECT_EQ(prune_evidence(store_.settings, before(9'000'000'000'000))->parts, 0);
    EXPECT_TRUE(std::filesystem::exists(sealed_file()));
}

TEST_F(EvidencePruneTest, MoreThanOneTransactionTakesIsPrunedWhole) {
    store_.make_in_segments({1003, 1005});
    std::vector<EvidenceRecord> many;
    for (int i = 0; i < 1500; ++i) many.push_back(old_message("Q" + std::to_string(i), 1000 + i % 7));
    append(many);
    const auto done = prune_evidence(store_.settings, before(2000));
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->parts, 3000);
    EXPECT_EQ(done->records, 1500);
    expect_whole_log(1502);
}

TEST_F(EvidencePruneTest, AMonthIsInUseUntilItsLastPartIsGone) {
    append({old_message("A1", 1000)});
    EXPECT_EQ(months_in_use(store_.settings)->size(), 1U);
    auto keys = MessageKeys::reopen(store_.settings.message_keys);
    const auto identifier = *store_.reader()->by_id(1).value()->identifier;
    const std::vector<RecordParts> first{{identifier, {0}}};
    const std::vector<RecordParts> second{{identifier, {1}}};
    ASSERT_TRUE(keys->destroy(first, {}));
    EXPECT_EQ(months_in_use(store_.settings)->size(), 1U);
    ASSERT_TRUE(keys->destroy(second, {}));
    EXPECT_TRUE(months_in_use(store_.settings)->empty());
}

}  // namespace
}  // namespace smarttls::store
