// SPDX-License-Identifier: Apache-2.0
#include "store/exceptions.h"

#include <gtest/gtest.h>

#include <regex>

#include "store/exception_report.h"
#include "store/outbox.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::store {
namespace {

policy::Exception exception(std::int64_t id = 1) {
    policy::Exception one;
    one.id = id;
    one.target = "bob@example.nl";
    one.class_name = "nta7516";
    one.waiver = {policy::Floor::Pkix, true, false, true};
    one.reason = "hun nieuwe gateway komt \xc3\xa9" "erst in maart";
    one.ticket = "CHG-17";
    one.owner = "servicedesk";
    one.created = policy::WallTime(std::chrono::seconds(1'000));
    one.created_by = "jan (uid 1000)";
    one.until = policy::WallTime(std::chrono::seconds(2'000));
    one.state = policy::ExceptionState::Waiting;
    return one;
}

class ExceptionsTest : public ::testing::Test {
  protected:
    std::vector<std::int64_t> write(const std::vector<EvidenceRecord>& records) {
        const auto ids = store_.append(records);
        return ids ? *ids : std::vector<std::int64_t>{-1};
    }
    EvidenceRecord record(std::string_view event, const policy::Exception& one) {
        return exception_record(event, one, {"security@org.example", test::at(1'000'000), one.created_by, "v1"});
    }
    test::ScratchDirectory directory_;
    test::KeyedStore store_{directory_};
    const std::string path_ = store_.settings.evidence;
};

TEST_F(ExceptionsTest, ComeBackAsTheyWere) {
    write({record(kExceptionCreation, exception())});
    auto exceptions = Exceptions::open(path_);
    ASSERT_TRUE(exceptions) << exceptions.error().what;
    const auto found = exceptions->find(1).value();
    ASSERT_TRUE(found);
    const policy::Exception sample = exception();
    EXPECT_EQ(found->target, sample.target);
    EXPECT_EQ(found->class_name, sample.class_name);
    EXPECT_EQ(to_string(found->waiver), "level pkix, no grade, no consumer portal");
    EXPECT_EQ(found->reason, sample.reason);
    EXPECT_EQ(found->ticket, sample.ticket);
    EXPECT_EQ(found->owner, sample.owner);
    EXPECT_EQ(found->created, sample.created);
    EXPECT_EQ(found->created_by, sample.created_by);
    EXPECT_EQ(found->until, sample.until);
    EXPECT_EQ(found->state, policy::ExceptionState::Waiting);
    EXPECT_EQ(exceptions->next_id().value(), 2);
    EXPECT_FALSE(exceptions->find(2).value());
}

TEST_F(ExceptionsTest, EndOnceAndForGood) {
    policy::Exception one = exception();
    write({record(kExceptionCreation, one)});
    one.state = policy::ExceptionState::Active;
    one.approved_by = "eva (uid 1001)";
    EXPECT_GT(write({record(kExceptionApproval, one)}).front(), 0);
    EXPECT_EQ(write({record(kExceptionApproval, one)}).front(), 0);
    one.state = policy::ExceptionState::Expired;
    const auto ids = write({test::record("Q1"), record(kExceptionExpiry, one), record(kExceptionRevocation, one), test::record("Q2")});
    ASSERT_EQ(ids.size(), 4U);
    EXPECT_GT(ids[1], 0);
    EXPECT_EQ(ids[2], 0) << "what comes too late";
    EXPECT_GT(ids[3], ids[1]) << "harms no record beside it";
    EXPECT_EQ(Exceptions::open(path_)->find(1).value()->approved_by, "eva (uid 1001)");
    EXPECT_EQ(Outbox::open(path_)->newest(10)->size(), 3U);
}

TEST_F(ExceptionsTest, OfOneNumberThereIsOne) {
    write({record(kExceptionCreation, exception())});
    EXPECT_EQ(write({record(kExceptionCreation, exception())}), std::vector<std::int64_t>{-1});
    EXPECT_EQ(Outbox::open(path_)->newest(10)->size(), 1U);
}

TEST_F(ExceptionsTest, WhoseEndHasComeAreThoseThatAreOpen) {
    policy::Exception over = exception(2);
    over.state = policy::ExceptionState::Revoked;
    write({record(kExceptionCreation, exception(1)), record(kExceptionCreation, exception(2))});
    write({record(kExceptionRevocation, over)});
    auto exceptions = Exceptions::open(path_);
    EXPECT_EQ(exceptions->open_ones()->size(), 1U);
    EXPECT_TRUE(exceptions->ended_by(policy::WallTime(std::chrono::seconds(1'999)))->empty());
    EXPECT_EQ(exceptions->ended_by(policy::WallTime(std::chrono::seconds(2'000)))->size(), 1U);
}

TEST_F(ExceptionsTest, LeaveEvidenceAndAMailInPlainWords) {
    write({record(kExceptionCreation, exception())});
    auto reader = store_.reader();
    EvidenceQuery query;
    query.domain = "example.nl";
    const auto found = reader->search(query, 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].record.event, kExceptionCreation);
    EXPECT_EQ(found[0].record.client, "jan (uid 1000)");
    EXPECT_EQ(found[0].record.recipients[0].exception, 1);
    const auto mail = Outbox::open(path_)->due(test::at(2'000'000), 10).value();
    ASSERT_EQ(mail.size(), 1U);
    EXPECT_EQ(mail[0].recipient, "security@org.example");
    const std::string text = std::regex_replace(mail[0].content, std::regex("=\r\n"), "");  // soft line breaks
    for (const char* fact : {"Subject: smarttls: exception 1 created (bob@example.nl)\r\n", "Auto-Submitted: auto-generated\r\n",
                             "    Allows:      level pkix, no grade, no consumer portal\r\n", "    Ticket:      CHG-17\r\n",
                             "    Until:       1970-01-01 00:33:20 UTC\r\n", "komt =C3=A9erst in maart\r\n", "exception approve 1"}) {
        EXPECT_NE(text.find(fact), std::string::npos) << fact << text;
    }
}

TEST_F(ExceptionsTest, ARowThatNobodyWroteIsCorrupt) {
    write({record(kExceptionCreation, exception())});
    auto database = Database::open(path_, OpenMode::ReadWrite);
    ASSERT_TRUE(database->exec("UPDATE exception SET level = 'none'"));
    const auto found = Exceptions::open(path_)->open_ones();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, policy::ErrorKind::Corrupt);
}

}  // namespace
}  // namespace smarttls::store
