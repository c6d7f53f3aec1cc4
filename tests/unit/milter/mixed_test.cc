// SPDX-License-Identifier: Apache-2.0
//
// One message whose recipients fare differently: who gets it directly, picks it up, is held, is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "store/outbox.h"
#include "store/sealed_register.h"
#include "tests/unit/milter/keyed_site.h"

namespace smarttls::milter {
namespace {

using test::Mail;
using test::Rcpt;
using Calls = std::vector<std::string>;

/// insecure = portal, plaintext = reject, and by an untrusted route: hold.
class MixedTest : public test::KeyedSite {
  protected:
    MixedTest() {
        set(policy::Shortfall::Portal, policy::Shortfall::Reject);
    }
    void set(policy::Shortfall insecure, policy::Shortfall plaintext) {
        for (policy::MailClass& one : services_.config.classes) {
            one.insecure = insecure;
            one.plaintext = plaintext;
        }
    }
    [[nodiscard]] Mail to(std::vector<Rcpt> recipients) const {
        Mail mail;
        mail.recipients = std::move(recipients);
        mail.headers = {{"Message-Id", "<1@client>"}, {"Subject", "the diagnosis"}, {"X-SmartTLS-Class", "nta7516"}};
        return mail;
    }
    [[nodiscard]] Calls removed() const {
        Calls found;
        for (const std::string& call : actions_.calls) {
            constexpr std::string_view kWords = "remove recipient ";
            if (call.starts_with(kWords)) found.push_back(call.substr(kWords.size()));
        }
        return found;
    }
    [[nodiscard]] bool is_quarantined() const {
        return std::any_of(actions_.calls.begin(), actions_.calls.end(),
                           [](const auto& call) { return call.starts_with("quarantine"); });
    }
    [[nodiscard]] std::vector<store::OutboxItem> notices() const {
        return store::Outbox::open(services_.config.store.evidence)->newest(100).value();
    }
    [[nodiscard]] std::vector<store::SealedMessage> sealed() const {
        return store::SealedRegister::open(services_.config.store, store_.private_keys)->newest(100).value();
    }
    const Rcpt direct_{"<bob@dane.example>", {}, {}};
    const Rcpt portal_{"<carol@pkix.example>", {}, {}};
    const Rcpt refused_{"<dave@plaintext.example>", {}, {}};
};

TEST_F(MixedTest, EachRecipientGetsItsOwnOutcome) {
    EXPECT_EQ(send(to({direct_, portal_, refused_})).verb, Verb::Continue);
    EXPECT_EQ(removed(), (Calls{"<carol@pkix.example>", "<dave@plaintext.example>"}));
    EXPECT_FALSE(is_quarantined());
    const auto record = only_evidence();
    EXPECT_EQ(record.event, store::kSubmissionAcceptance);
    EXPECT_EQ(record.outcome, "mixed");
    EXPECT_EQ(record.recipients[0].outcome, "direct");
    EXPECT_EQ(record.recipients[1].outcome, "portal");
    EXPECT_EQ(record.recipients[2].outcome, "reject");
    ASSERT_EQ(sealed().size(), 1U);
    EXPECT_EQ(sealed()[0].recipients, Calls{"carol@pkix.example"});
    ASSERT_EQ(notices().size(), 1U);
    EXPECT_EQ(notices()[0].about, "dave@plaintext.example");
    EXPECT_EQ(notices()[0].recipient, "alice@org.example");
    EXPECT_EQ(notices()[0].state, "waiting");
    EXPECT_EQ(notices()[0].queue_id, record.queue_id);
    EXPECT_NE(notices()[0].content.find("Status: 5.7.4"), std::string::npos);
    EXPECT_NE(notices()[0].content.find("dns; gw.org.example"), std::string::npos);
    EXPECT_EQ(notices()[0].content.find("diagnosis"), std::string::npos);
}

TEST_F(MixedTest, WhoeverIsHeldBesideADirectOneIsSetAsideAlone) {
    set(policy::Shortfall::Hold, policy::Shortfall::Portal);
    EXPECT_EQ(send(to({direct_, portal_, refused_})).verb, Verb::Continue);
    EXPECT_FALSE(is_quarantined());
    EXPECT_EQ(removed(), (Calls{"<carol@pkix.example>", "<dave@plaintext.example>"}));
    ASSERT_EQ(sealed().size(), 1U) << "one file for both";
    EXPECT_EQ(sealed()[0].held, Calls{"carol@pkix.example"});
    EXPECT_EQ(sealed()[0].recipients, Calls{"dave@plaintext.example"});
    EXPECT_TRUE(notices().empty());
}

TEST_F(MixedTest, WhereNobodyGetsItDirectlyTheHeldOnesStayInTheQueue) {
    set(policy::Shortfall::Hold, policy::Shortfall::Portal);
    EXPECT_EQ(send(to({portal_, refused_})).verb, Verb::Continue);
    EXPECT_TRUE(is_quarantined());
    EXPECT_EQ(removed(), Calls{"<dave@plaintext.example>"});
    EXPECT_EQ(sealed()[0].recipients, Calls{"dave@plaintext.example"});
    EXPECT_TRUE(sealed()[0].held.empty());
}

TEST_F(MixedTest, WhereEverybodyIsRefusedTheClientIsToldAndNobodyElse) {
    EXPECT_EQ(send(to({refused_, {"<eve@plaintext.example>", {}, {}}})).verb, Verb::Reject);
    EXPECT_TRUE(actions_.calls.empty());
    EXPECT_TRUE(notices().empty());
}

TEST_F(MixedTest, NotifyIsHonoured) {
    for (const char* notify : {"NOTIFY=NEVER", "NOTIFY=SUCCESS"}) {
        Rcpt silent = refused_;
        silent.parameters = {notify};
        EXPECT_EQ(send(to({direct_, silent})).verb, Verb::Continue);
        EXPECT_TRUE(notices().empty()) << notify;
    }
    EXPECT_EQ(removed().size(), 2U);
}

TEST_F(MixedTest, TheNoticeNamesTheRecipientAsTheClientKnowsIt) {
    Rcpt aliased = refused_;
    aliased.parameters = {"ORCPT=rfc822;d+2Bx@org.example"};
    Mail mail = to({direct_, aliased});
    mail.parameters = {"ENVID=Q1"};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_NE(notices().at(0).content.find("Original-Recipient: rfc822; d+x@org.example"), std::string::npos);
    EXPECT_NE(notices().at(0).content.find("Original-Envelope-Id: Q1"), std::string::npos);
}

TEST_F(MixedTest, AnotherAttemptMakesNoSecondNotice) {
    const Mail mail = to({direct_, portal_, refused_});
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    const Calls first = actions_.calls;
    actions_.calls.clear();
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, first);
    EXPECT_EQ(notices().size(), 1U);
    EXPECT_EQ(sealed().size(), 1U);
}

TEST_F(MixedTest, WhatAnEarlierAttemptDidStandsWhenTheWorldHasChanged) {
    const Mail mail = to({direct_, portal_, refused_});
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    actions_.calls.clear();
    start_engine(test::verdicts({{"dane.example", policy::Level::Dane},
                                 {"pkix.example", policy::Level::Dane},
                                 {"plaintext.example", policy::Level::Dane}}));
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(removed(), (Calls{"<carol@pkix.example>", "<dave@plaintext.example>"}))
        << "directly as well, each would get it twice, or after a notice that it was refused";
    EXPECT_EQ(evidence().back().record.recipients[1].rule, "submitted-before");
}

TEST_F(MixedTest, WhoWasSetAsideIsNotHeldInTheQueueAsWell) {
    set(policy::Shortfall::Hold, policy::Shortfall::Reject);
    EXPECT_EQ(send(to({direct_, portal_})).verb, Verb::Continue);
    actions_.calls.clear();
    EXPECT_EQ(send(to({portal_})).verb, Verb::Continue);
    EXPECT_FALSE(is_quarantined());
    EXPECT_EQ(removed(), Calls{"<carol@pkix.example>"});
    EXPECT_EQ(sealed().size(), 1U);
}

TEST_F(MixedTest, RecipientsLeaveByTheirPathsToTheByte) {
    const Calls paths{R"(<"a b"@plaintext.example>)", "<MiXed@Plaintext.Example>", "<j\xc3\xb6rg@plaintext.example>", "<a+b/c=d@plaintext.example>", "bare@plaintext.example"};
    std::vector<Rcpt> recipients{direct_};
    for (const std::string& path : paths) recipients.push_back({path, {}, {}});
    EXPECT_EQ(send(to(recipients)).verb, Verb::Continue);
    EXPECT_EQ(removed(), paths);
}

TEST_F(MixedTest, NobodyLeavesWhileAnythingIsInDoubt) {
    const Mail mail = to({direct_, portal_, refused_});
    writer_->stop();
    EXPECT_EQ(send(mail).verb, Verb::Tempfail);
    EXPECT_EQ(actions_.calls, Calls{});
}

}  // namespace
}  // namespace smarttls::milter
