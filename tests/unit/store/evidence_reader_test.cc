// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "store/migrations.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::at;
using test::recipient;
using test::ScratchDirectory;

/// Ids 1 to 6. Their times are not in the order of the ids: threads commit as they come.
std::vector<EvidenceRecord> sample() {
    std::vector<EvidenceRecord> records(6, test::record(""));
    const std::vector<std::int64_t> times{1000, 3000, 2000, 4000, 4000, 5000};
    const std::vector<std::string> queue_ids{"A1", "B2", "a1", "A1", "D4", ""};
    for (std::size_t index = 0; index < records.size(); ++index) {
        records[index].time = at(times[index]);
        records[index].queue_id = queue_ids[index];
    }
    records[1].class_name = "Legal";
    records[1].sender = "Dave@org.example";
    records[2].recipients = {recipient("bob@example.nl", "direct"),
                             recipient("Carol@Example.Org", "hold")};
    records[2].recipients[1].domain = "example.org";
    records[2].outcome = "hold";
    records[4].recipients = {recipient("carol@example.org", "direct"),
                             recipient("erin@example.org", "queue")};
    records[4].outcome = "queue";
    records[5].event = kSubmissionRejection;
    records[5].outcome = "reject";
    records[5].recipients.clear();
    return records;
}

class EvidenceReaderTest : public ::testing::Test {
  protected:
    void SetUp() override {
        store_.make_in_segments({2000, 4000});
        const auto ids = store_.append(sample());
        ASSERT_TRUE(ids) << ids.error().what;
        ASSERT_EQ(*ids, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
    }
    static std::vector<std::int64_t> ids_of(const std::vector<StoredEvidence>& found) {
        std::vector<std::int64_t> ids;
        for (const StoredEvidence& evidence : found) ids.push_back(evidence.id);
        return ids;
    }
    std::vector<std::int64_t> search(const EvidenceQuery& query, std::size_t limit = 100,
                                     std::optional<std::int64_t> before = std::nullopt) {
        auto reader = store_.reader();
        EXPECT_TRUE(reader) << reader.error().what;
        const auto found = reader->search(query, limit, before);
        EXPECT_TRUE(found) << found.error().what;
        return ids_of(*found);
    }
    ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
    std::string path_ = store_.settings.evidence;
};

using Ids = std::vector<std::int64_t>;

TEST_F(EvidenceReaderTest, AQueueIdIsFoundNewestLastAndMeansItsCase) {
    auto reader = store_.reader();
    EXPECT_EQ(ids_of(reader->by_queue_id("A1").value()), (Ids{1, 4}));
    EXPECT_EQ(ids_of(reader->by_queue_id("a1").value()), (Ids{3}));
    EXPECT_TRUE(reader->by_queue_id("A").value().empty());
    EXPECT_TRUE(reader->by_queue_id("").value().empty());
}

TEST_F(EvidenceReaderTest, ASearchFindsTheRecordsThatFulfilEveryConditionNewestFirst) {
    struct Row {
        const char* what;
        EvidenceQuery query;
        Ids found;
    };
    const std::optional<EvidenceTime> any;
    const std::vector<Row> table{
        {"everything", {}, {6, 5, 4, 2, 3, 1}},
        {"since is included", {at(4000), any, "", "", "", "", ""}, {6, 5, 4}},
        {"until is excluded", {any, at(4000), "", "", "", "", ""}, {2, 3, 1}},
        {"a window", {at(2000), at(3001), "", "", "", "", ""}, {2, 3}},
        {"an empty window", {at(9000), any, "", "", "", "", ""}, {}},
        {"a class, whatever its case", {any, any, "legal", "", "", "", ""}, {2}},
        {"a domain", {any, any, "", "EXAMPLE.ORG", "", "", ""}, {5, 3}},
        {"not the sender's domain", {any, any, "", "org.example", "", "", ""}, {}},
        {"a recipient", {any, any, "", "", "carol@example.org", "", ""}, {5, 3}},
        {"a sender", {any, any, "", "", "dave@ORG.example", "", ""}, {2}},
        {"a part of an address", {any, any, "", "", "carol", "", ""}, {}},
        {"a queue id", {any, any, "", "", "", "A1", ""}, {4, 1}},
        {"the message's outcome", {any, any, "", "", "", "", "reject"}, {6}},
        {"a recipient's outcome", {any, any, "", "", "", "", "hold"}, {3}},
        {"either outcome", {any, any, "", "", "", "", "direct"}, {5, 4, 2, 3, 1}},
        {"domain and time", {any, at(4000), "", "example.org", "", "", ""}, {3}},
        {"domain and outcome of one recipient",
         {any, any, "", "example.org", "", "", "direct"},
         {5}},
        {"two recipients together do not count",
         {any, any, "", "example.nl", "carol@example.org", "", ""},
         {}},
        {"all at once",
         {at(0), at(9000), "medical", "example.org", "erin@example.org", "D4", "queue"},
         {5}},
        {"a value that SQL must not read", {any, any, "", "' OR 1=1 --", "", "", ""}, {}},
    };
    for (const auto& [what, query, found] : table) EXPECT_EQ(search(query), found) << what;
}

TEST_F(EvidenceReaderTest, PagesFollowEachOtherWithoutGapOrRepetition) {
    Ids all;
    std::optional<std::int64_t> before;
    for (Ids page = search({}, 2); !page.empty(); page = search({}, 2, before)) {
        EXPECT_LE(page.size(), 2U);
        all.insert(all.end(), page.begin(), page.end());
        before = page.back();
    }
    EXPECT_EQ(all, (Ids{6, 5, 4, 2, 3, 1}));
    EvidenceQuery domain;
    domain.domain = "example.org";
    EXPECT_EQ(search(domain, 1, 5), (Ids{3}));
    EXPECT_TRUE(search({}, 2, 99).empty()) << "an unknown id";
    EXPECT_TRUE(search({}, 0).empty());
}

TEST_F(EvidenceReaderTest, EverySearchWalksAnIndexAndSortsNothing) {
    Database database = *Database::open(path_, OpenMode::ReadOnly);
    for (unsigned mask = 0; mask < 32; ++mask) {
        EvidenceQuery query;
        if ((mask & 1) != 0) query.class_name = "x";
        if ((mask & 2) != 0) query.domain = "x";
        if ((mask & 4) != 0) query.address = "x";
        if ((mask & 8) != 0) query.queue_id = "x";
        if ((mask & 16) != 0) query.outcome = "x";
        auto plan = database.prepare("EXPLAIN QUERY PLAN " + candidate_query(query, AddressHash{1}).sql);
        ASSERT_TRUE(plan) << plan.error().what;
        int rows = 0;
        for (; plan->step().value(); ++rows) {
            const bool is_subquery = plan->text(3).starts_with("SCALAR SUBQUERY ");  // of which segments there are
            EXPECT_TRUE(is_subquery || plan->text(3).starts_with("SEARCH ")) << plan->text(3);
        }
        EXPECT_GT(rows, 0);
    }
}

TEST_F(EvidenceReaderTest, TheConcernedRecipientsAreThoseThatTheQueryAsksFor) {
    const auto concerned = [&](const EvidenceQuery& query) -> std::vector<std::size_t> {
        const auto found = store_.reader()->search(query, 100).value();
        for (const StoredEvidence& one : found) {
            if (one.id == 3) return one.concerned;
        }
        return {};
    };
    const EvidenceRecord mixed = sample()[2];
    EvidenceQuery query;
    EXPECT_EQ(concerned(query), (std::vector<std::size_t>{0, 1}));
    query.until = mixed.time;
    EXPECT_TRUE(concerned(query).empty());
    query.until = mixed.time + std::chrono::milliseconds(1);
    query.since = mixed.time;
    EXPECT_EQ(concerned(query).size(), 2U);
    query.domain = "example.org";
    EXPECT_EQ(concerned(query), (std::vector<std::size_t>{1}));
    query.address = mixed.sender;
    EXPECT_EQ(concerned(query), (std::vector<std::size_t>{1}));
    query.class_name = "other";
    EXPECT_TRUE(concerned(query).empty());
}

TEST_F(EvidenceReaderTest, WithoutThePrivateKeyTheSameIsFoundAndNothingPersonalShown) {
    auto reader = EvidenceReader::open(store_.settings, "");
    ASSERT_TRUE(reader) << reader.error().what;
    EvidenceQuery query;
    query.address = "carol@example.org";
    const auto found = reader->search(query, 10);
    ASSERT_TRUE(found) << found.error().what;
    EXPECT_EQ(ids_of(*found), (Ids{5, 3}));
    const EvidenceRecord& record = found->front().record;
    EXPECT_EQ(record.shown, Shown::Sealed);
    EXPECT_EQ(record.sender, "");
    EXPECT_EQ(record.outcome, "queue");
    ASSERT_EQ(record.recipients.size(), 2U);
    EXPECT_EQ(record.recipients[0].shown, Shown::Sealed);
    EXPECT_EQ(record.recipients[0].address, "");
    EXPECT_EQ(record.recipients[0].domain, "example.org");
    EXPECT_EQ(record.recipients[1].outcome, "queue");
}

TEST_F(EvidenceReaderTest, NoAddressStandsInAnyFile) {
    for (const std::string& path : {path_, path_ + "-wal", store_.settings.message_keys, store_.settings.message_keys + "-wal"}) {
        std::ifstream file(path, std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(file), {}};
        for (const std::string_view part : {"bob@", "carol", "Carol", "erin", "alice", "Dave"}) {
            EXPECT_EQ(content.find(part), std::string::npos) << part << " stands in " << path;
        }
    }
    std::ifstream file(path_, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(content.find("example.org"), std::string::npos) << "or this test looks at the wrong files";
}

TEST_F(EvidenceReaderTest, AReaderSeesWhatIsCommittedAfterItOpened) {
    auto reader = store_.reader();
    EXPECT_TRUE(reader->by_queue_id("new").value().empty());
    ASSERT_TRUE(store_.append({test::record("new")}));
    EXPECT_EQ(reader->by_queue_id("new").value().size(), 1U);
}

TEST_F(EvidenceReaderTest, ADatabaseThatIsNotOursToReadIsRefused) {
    const auto error_of = [&](const std::string& path) {
        policy::StoreSettings settings = store_.settings;
        settings.evidence = path;
        return EvidenceReader::open(settings, "").error().kind;
    };
    EXPECT_EQ(error_of(directory_.file("missing.db")), ErrorKind::Temporary);
    const std::string empty = directory_.file("empty.db");
    ASSERT_TRUE(Database::open(empty, OpenMode::ReadWrite));
    EXPECT_EQ(error_of(empty), ErrorKind::Temporary);
    ASSERT_TRUE(Database::open(path_, OpenMode::ReadWrite)->exec("PRAGMA user_version = 99"));
    EXPECT_EQ(error_of(path_), ErrorKind::Misconfigured);
}

}  // namespace
}  // namespace smarttls::store
