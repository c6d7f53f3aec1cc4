// SPDX-License-Identifier: Apache-2.0
#include "milter/evidence_of.h"

#include <gtest/gtest.h>

#include "smarttls/verdict_json.h"
#include "tests/unit/policy/facts.h"

namespace smarttls::milter {
namespace {

using policy::Floor;
using policy::Level;
using policy::Recipient;
using policy::RecipientDecision;
namespace facts = policy::test;

struct Decided {
    std::vector<Recipient> recipients;
    std::vector<RecipientDecision> decisions;
    policy::MessageDecision whole;
    store::EvidenceRecord record;
};

Decided decided(std::vector<Recipient> recipients) {
    const policy::MailClass mail_class =
        facts::mail_class("nta7516", Floor::Dane, policy::Shortfall::Hold, policy::Shortfall::Reject);
    Decided result;
    result.recipients = std::move(recipients);
    for (const Recipient& one : result.recipients) result.decisions.push_back(decide(mail_class, one));
    result.whole = combine(result.decisions);
    result.record.class_name = "nta7516";
    result.record.floor = "dane";
    result.record.queue_id = "4jX";
    result.record.sender = "alice@org.example";
    describe_decision(result.record, result.whole, result.decisions, result.recipients);
    return result;
}

TEST(DescribeDecision, KeepsEveryRecipientWithItsVerdict) {
    const auto record = decided({facts::recipient_at(Level::Dane), facts::recipient_without_domain()}).record;
    EXPECT_EQ(record.event, store::kSubmissionAcceptance);
    EXPECT_EQ(record.outcome, "mixed");
    EXPECT_EQ(record.reply, "");
    ASSERT_EQ(record.recipients.size(), 2U);
    EXPECT_EQ(record.recipients[0].address, "bob@example.nl");
    EXPECT_EQ(record.recipients[0].outcome, "direct");
    EXPECT_EQ(record.recipients[0].rule, "meets-level");
    EXPECT_EQ(record.recipients[0].verdict_json, engine::to_json(facts::verdict(Level::Dane)));
    EXPECT_EQ(record.recipients[1].domain, "[192.0.2.1]") << "an address literal stands as it was given";
    EXPECT_EQ(record.recipients[1].verdict_json, "");
}

TEST(DescribeDecision, OfARefusalKeepsTheReply) {
    const auto one = decided({facts::recipient_at(Level::Plaintext)});
    EXPECT_EQ(one.record.event, store::kSubmissionRejection);
    EXPECT_EQ(one.record.outcome, "reject");
    EXPECT_EQ(one.record.reply, "550 5.7.4 " + one.whole.explanation);
}

TEST(DecisionLine, IsOneLineInPostfixStyle) {
    const auto one = decided({facts::recipient_at(Level::Dane)});
    EXPECT_EQ(decision_line(one.record, one.whole, 17),
              "4jX: class=nta7516 outcome=direct floor=dane from=<alice@org.example> nrcpt=1 "
              "to=<bob@example.nl> evidence=17 reason=\"" + one.whole.explanation + "\"");
}

TEST(DecisionLine, CannotBeForgedByAnAddress) {
    auto one = decided({facts::recipient_at(Level::Dane)});
    one.record.sender = "x> outcome=reject\n4jY: y";
    one.record.recipients[0].address = "\"a b\"@example.nl";
    const std::string line = decision_line(one.record, one.whole, 17);
    EXPECT_NE(line.find(" from=\"<x> outcome=reject\\x0a4jY: y>\" "), std::string::npos) << line;
    EXPECT_NE(line.find(" to=\"<\\\"a b\\\"@example.nl>\" "), std::string::npos) << line;
}

TEST(DecisionLine, HasNoToWithoutRecipients) {
    auto one = decided({facts::recipient_at(Level::Dane)});
    one.record.recipients.clear();
    EXPECT_EQ(decision_line(one.record, one.whole, 1).find(" to="), std::string::npos);
}

}  // namespace
}  // namespace smarttls::milter
