// SPDX-License-Identifier: Apache-2.0
//
// Segments of terms: when one begins, and that nothing is lost between them.
#include "store/term_table.h"

#include <gtest/gtest.h>

#include <tuple>

#include "store/content_audit.h"
#include "store/decided.h"
#include "store/evidence_erasure.h"
#include "tests/unit/store/erasure_site.h"

namespace smarttls::store {
namespace {

using test::at;
using test::ErasureSite;

class TermTableTest : public ErasureSite {
  protected:
    static EvidenceRecord message_at(const std::string& queue_id, std::int64_t time) {
        EvidenceRecord one = message(queue_id, {"bob@example.nl"});
        one.time = at(time);
        return one;
    }
    [[nodiscard]] Database database() const { return *Database::open(store_.settings.evidence, OpenMode::Existing); }
    /// As if the newest had as many records as it takes.
    void fill_newest() const {
        const auto done = database().exec("UPDATE segment SET first = first - " + std::to_string(kSegmentRecords) +
                                          " WHERE number = (SELECT max(number) FROM segment)");
        ASSERT_TRUE(done) << done.error().what;
    }
    using Row = std::tuple<std::int64_t, std::int64_t>;  // number, start
    [[nodiscard]] std::vector<Row> segments() const {
        Database open = database();
        auto select = open.prepare("SELECT number, start FROM segment WHERE number > 1 ORDER BY number");
        std::vector<Row> rows;
        while (select && select->step().value()) rows.emplace_back(select->integer(0), select->integer(1));
        return rows;
    }
    /// Segments in which the terms of the record stand, as a text.
    [[nodiscard]] std::string segments_of(std::int64_t record) const {
        Database open = database();
        return open.query_text("SELECT group_concat(DISTINCT segment) FROM term WHERE record = " + std::to_string(record)).value();
    }
    std::vector<std::string> queue_ids_of(const std::string& address) {
        EvidenceQuery query;
        query.address = address;
        std::vector<std::string> found;
        const auto evidence = store_.reader()->search(query, 100).value();
        for (const StoredEvidence& one : evidence) found.push_back(one.record.queue_id);
        return found;
    }
};

TEST_F(TermTableTest, ASegmentBeginsWhenTheNewestIsFull) {
    append({message_at("A1", 1000), message_at("B2", 2000)});
    EXPECT_TRUE(segments().empty());
    fill_newest();
    append({message_at("C3", 3000), message_at("D4", 4000)});
    EXPECT_EQ(segments(), (std::vector<Row>{{2, 3000}})) << "and the next is not full";
    EXPECT_EQ(segments_of(2) + segments_of(3) + segments_of(4), "122");
    append({message_at("E5", 2999), message_at("F6", 3000)});
    EXPECT_EQ(segments_of(5) + segments_of(6), "12") << "a time says in which segment it stands";
    EXPECT_EQ(queue_ids_of("bob@example.nl"), (std::vector<std::string>{"D4", "F6", "C3", "E5", "B2", "A1"}));
}

TEST_F(TermTableTest, NoneBeginsBeforeARecordThatIsThereAlready) {
    append({message_at("A1", 9000)});
    fill_newest();
    append({message_at("B2", 2000), message_at("C3", 9000)});
    EXPECT_TRUE(segments().empty());
    append({message_at("D4", 9001)});
    EXPECT_EQ(segments(), (std::vector<Row>{{2, 9001}}));
    EXPECT_EQ(queue_ids_of("bob@example.nl"), (std::vector<std::string>{"D4", "C3", "A1", "B2"}));
}

TEST_F(TermTableTest, WhatOthersHaveBegunIsTakenUp) {
    store_.make_in_segments({});
    auto writer = EvidenceWriter::open(store_.settings);
    const auto soon = policy::Deadline::after(policy::Deadline::Clock::now(), std::chrono::minutes(1));
    ASSERT_TRUE(writer && (*writer)->append(message_at("A1", 1000), soon));
    fill_newest();
    append({message_at("B2", 2000)});
    ASSERT_TRUE((*writer)->append(message_at("C3", 3000), soon));
    EXPECT_EQ(segments_of(1) + segments_of(2) + segments_of(3), "122");
}

TEST_F(TermTableTest, ErasureAndItsAuditReachEverySegment) {
    store_.make_in_segments({2000, 3000});
    append({message_at("A1", 1000), message_at("B2", 2500), message_at("C3", 3500)});
    const auto done = erase_evidence(store_.settings, {"bob@example.nl", {}, "jan", "asked", ""});
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(done->records, 3U);
    EXPECT_TRUE(queue_ids_of("bob@example.nl").empty());
    EXPECT_TRUE(files_with(address_bytes("bob@example.nl")).empty());
    EXPECT_EQ(queue_ids_of("alice@org.example").size(), 3U);
    const auto audit = audit_content(store_.settings, store_.private_keys, 4);
    ASSERT_TRUE(audit) << audit.error().what;
    EXPECT_EQ(audit->mistakes.count(), 0U) << audit->mistakes.first().front();
}

TEST_F(TermTableTest, AQueueIdThatWasUsedAgainMeansTheLatestBeforeItsTime) {
    store_.make_in_segments({2000, 3000});
    append({message_at("A1", 1000), message_at("A1", 2500)});
    auto decided = Decided::open(store_.settings);
    ASSERT_TRUE(decided) << decided.error().what;
    const auto time_of = [&](std::int64_t time) { return decided->find("A1", {"bob@example.nl"}, at(time)).value()->time; };
    EXPECT_EQ(time_of(9000), at(2500));
    EXPECT_EQ(time_of(1000), at(1000));
}

}  // namespace
}  // namespace smarttls::store
