// SPDX-License-Identifier: Apache-2.0
#include "milter/outbox_sender.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/fake_mta.h"
#include "tests/unit/store/keyed_store.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using store::OutboxState;
using store::test::at;
using store::test::eventually;
using store::test::soon;
using test::FakeMta;
using std::chrono_literals::operator""min;

class OutboxSenderTest : public ::testing::Test {
  protected:
    OutboxSenderTest() { config_.store = store_.settings; }

    void put(const std::string& identity) {
        store::EvidenceRecord record = store::test::record("4jX");
        record.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        record.registration = store::Registration{
            identity, {}, {}, {{"dave@plaintext.example", "alice@org.example", "Subject: refused\r\n\r\n"}}};
        ASSERT_TRUE(writer_->append(record, soon()));
    }
    [[nodiscard]] store::OutboxItem only() {
        const auto items = store::Outbox::open(config_.store.evidence)->newest(10).value();
        EXPECT_EQ(items.size(), 1U);
        return items.empty() ? store::OutboxItem{} : items[0];
    }
    store::test::ScratchDirectory scratch_;
    store::test::KeyedStore store_{scratch_};
    policy::Config config_;
    std::unique_ptr<store::EvidenceWriter> writer_ = *store::EvidenceWriter::open(store_.settings);
};

TEST_F(OutboxSenderTest, SendsWhatAnEarlierRunHasLeft) {
    FakeMta mta(FakeMta::usual);
    config_.milter.submit_to = mta.endpoint();
    put("one");
    const OutboxSender sender(config_, *writer_);
    EXPECT_TRUE(eventually([&] { return only().state == "sent"; }));
    EXPECT_EQ(mta.messages(), std::vector<std::string>{"Subject: refused\r\n\r\n"});
    EXPECT_EQ(only().content, "") << "what was sent is not kept";
    EXPECT_EQ(only().attempts, 1);
    EXPECT_EQ(only().last_reply, "250 2.1.0 Ok");
}

TEST_F(OutboxSenderTest, SendsWhatIsPutInLaterAndNothingTwice) {
    FakeMta mta(FakeMta::usual);
    config_.milter.submit_to = mta.endpoint();
    {
        OutboxSender sender(config_, *writer_);
        put("one");
        put("one");
        sender.wake();
        EXPECT_TRUE(eventually([&] { return only().state == "sent"; }));
    }
    put("one");
    const OutboxSender next_run(config_, *writer_);
    EXPECT_EQ(mta.messages().size(), 1U);
}

TEST_F(OutboxSenderTest, WhatIsRefusedForGoodStaysAsADeadLetter) {
    FakeMta mta([](const std::string& command) {
        return command.starts_with("RCPT") ? "550 5.1.1 no such user\r\n" : FakeMta::usual(command);
    });
    config_.milter.submit_to = mta.endpoint();
    put("one");
    const OutboxSender sender(config_, *writer_);
    EXPECT_TRUE(eventually([&] { return only().state == "dead"; }));
    EXPECT_NE(only().last_reply.find("no such user"), std::string::npos);
    EXPECT_NE(only().content, "");
    EXPECT_EQ(store::Outbox::open(config_.store.evidence)->unsent(10)->size(), 1U);
}

TEST_F(OutboxSenderTest, AFailureIsRepeatedLater) {
    FakeMta mta([](const std::string& command) { return command.empty() ? "421 busy\r\n" : FakeMta::usual(command); });
    config_.milter.submit_to = mta.endpoint();
    put("one");
    const OutboxSender sender(config_, *writer_);
    EXPECT_TRUE(eventually([&] { return only().attempts == 1; }));
    EXPECT_EQ(only().state, "waiting");
    auto outbox = store::Outbox::open(config_.store.evidence);
    EXPECT_TRUE(outbox->due(only().due - 1min, 10)->empty());
    EXPECT_EQ(outbox->due(only().due, 10)->size(), 1U);
    EXPECT_EQ(outbox->next_due().value(), only().due);
}

TEST(OutboxAttempt, PausesGrowAndEnd) {
    const policy::Result<std::string> failed = policy::fail(ErrorKind::Temporary, "busy");
    store::OutboxItem item;
    const std::pair<int, std::chrono::minutes> rows[] = {{0, 1min}, {1, 2min}, {5, 32min}, {6, 60min}, {100, 60min}};
    for (const auto& [attempts, pause] : rows) {
        item.attempts = attempts;
        const auto attempt = attempt_of(item, failed, at(1000));
        EXPECT_EQ(attempt.state, OutboxState::Waiting);
        EXPECT_EQ(attempt.due, at(1000) + pause) << attempts;
    }
    EXPECT_EQ(attempt_of(item, failed, at(0) + std::chrono::days(5)).state, OutboxState::Dead);
    EXPECT_EQ(attempt_of(item, std::string("250 ok"), at(0) + std::chrono::days(5)).state, OutboxState::Sent);
    const policy::Result<std::string> refused = policy::fail(ErrorKind::Permanent, "no");
    EXPECT_EQ(attempt_of(item, refused, at(0)).state, OutboxState::Dead);
}

}  // namespace
}  // namespace smarttls::milter
