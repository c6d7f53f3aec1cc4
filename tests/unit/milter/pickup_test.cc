// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "store/message_keys.h"
#include "store/sealed_register.h"
#include "store/sealed_sweep.h"
#include "tests/unit/milter/keyed_site.h"

namespace smarttls::milter {
namespace {

using test::Mail;

const Mail kMixed{.recipients = {{"<bob@dane.example>", {}, {}}, {"<carol@pkix.example>", {}, {}}}};

/// Classes whose mail may have to be picked up.
class PickupTest : public test::KeyedSite {
  protected:
    PickupTest() {
        for (policy::MailClass& one : services_.config.classes) {
            one.insecure = policy::Shortfall::Portal;
        }
    }
    [[nodiscard]] std::vector<store::SealedMessage> kept() const {
        return store::SealedRegister::open(services_.config.store, store_.private_keys)->newest(100).value();
    }
    [[nodiscard]] auto files() const {
        return std::distance(std::filesystem::directory_iterator(services_.config.store.sealed), {});
    }
    [[nodiscard]] auto removed() const {
        return std::count_if(actions_.calls.begin(), actions_.calls.end(),
                             [](const auto& call) { return call.starts_with("remove recipient "); });
    }
    [[nodiscard]] std::string opened(const store::SealedMessage& message) const {
        auto keys = store::MessageKeys::open_read_only(services_.config.store.message_keys);
        const store::SealedFacts facts{message.id, *store::Epoch::parse(message.epoch),
                                       message.key_id, **keys->find(message.id), message.size};
        std::string text;
        const auto envelope = store::unseal(services_.config.store.sealed, facts, *key_, [&](auto bytes) {
            text.append(bytes.begin(), bytes.end());
            return policy::ok();
        });
        EXPECT_TRUE(envelope) << envelope.error().what;
        return text;
    }
};

TEST_F(PickupTest, SealsForWhoCannotGetItDirectlyAndLeavesTheOthersAlone) {
    EXPECT_EQ(send(kMixed).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls.back(), "remove recipient <carol@pkix.example>");
    EXPECT_EQ(removed(), 1);
    ASSERT_EQ(kept().size(), 1U);
    EXPECT_EQ(kept()[0].recipients, std::vector<std::string>{"carol@pkix.example"});
    EXPECT_EQ(kept()[0].sender, "alice@org.example");
    EXPECT_EQ(opened(kept()[0]), "X-SmartTLS-Class: nta7516\r\n\r\nhello\r\n");
    const auto record = only_evidence();
    EXPECT_EQ(record.outcome, "portal");
    EXPECT_EQ(record.recipients[0].outcome, "direct");
    EXPECT_EQ(record.recipients[1].outcome, "portal");
}

TEST_F(PickupTest, NothingIsKeptWhenEverybodyGetsItDirectly) {
    EXPECT_EQ(send(Mail{}).verb, Verb::Continue);
    EXPECT_TRUE(kept().empty());
    EXPECT_EQ(files(), 0);
    EXPECT_EQ(removed(), 0);
}

TEST_F(PickupTest, ItIsKeptBeforeTheEnvelopeLosesTheRecipient) {
    test::FakeActions refusing(0);
    Session session = connect();
    envelope(session, kMixed);
    headers(session, kMixed);
    EXPECT_EQ(body(session, kMixed, refusing).verb, Verb::Tempfail);
    EXPECT_EQ(kept().size(), 1U) << "the sender tries again, and finds it kept";
}

TEST_F(PickupTest, AnotherAttemptMakesNoSecondCopy) {
    EXPECT_EQ(send(kMixed).verb, Verb::Continue);
    Mail again = kMixed;
    again.queue_id = "4jXtDt3z8Rz1c779";
    EXPECT_EQ(send(again).verb, Verb::Continue);
    EXPECT_EQ(kept().size(), 1U);
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(removed(), 2);
    EXPECT_NE(only_evidence(again.queue_id).note.find("submitted before"), std::string::npos);
}

TEST_F(PickupTest, ACopyThatIsGoneIsMadeAgain) {
    EXPECT_EQ(send(kMixed).verb, Verb::Continue);
    std::filesystem::remove(services_.config.store.sealed + "/" + kept()[0].id);
    EXPECT_EQ(send(kMixed).verb, Verb::Continue);
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(kept()[0].recipients, std::vector<std::string>{"carol@pkix.example"});
    EXPECT_EQ(opened(kept()[0]), "X-SmartTLS-Class: nta7516\r\n\r\nhello\r\n");
}

TEST_F(PickupTest, WhereTheCommitIsInDoubtTheFileStays) {
    writer_->stop();
    EXPECT_EQ(send(kMixed).verb, Verb::Tempfail);
    EXPECT_EQ(files(), 1);
    EXPECT_EQ(*store::sweep_sealed(services_.config.store.sealed, services_.config.store.evidence), 1);
    EXPECT_EQ(files(), 0);
}

TEST_F(PickupTest, TheSweepLeavesWhatIsRegistered) {
    EXPECT_EQ(send(kMixed).verb, Verb::Continue);
    EXPECT_EQ(*store::sweep_sealed(services_.config.store.sealed, services_.config.store.evidence), 0);
    EXPECT_EQ(files(), 1);
}

TEST_F(PickupTest, AnotherAttemptWithOneRecipientMoreKeepsItForThatOneAlone) {
    EXPECT_EQ(send(kMixed).verb, Verb::Continue);
    Mail more = kMixed;
    more.recipients.push_back({"<dave@pkix.example>", {}, {}});
    EXPECT_EQ(send(more).verb, Verb::Continue);
    ASSERT_EQ(kept().size(), 2U);
    EXPECT_EQ(kept()[0].recipients, std::vector<std::string>{"dave@pkix.example"});
}

TEST_F(PickupTest, WithoutAKeyNothingIsAccepted) {
    std::filesystem::remove_all(services_.config.store.public_keys);
    const Disposition answer = send(kMixed);
    EXPECT_EQ(answer.verb, Verb::Tempfail);
    EXPECT_EQ(answer.enhanced, "4.3.5");
    EXPECT_TRUE(actions_.calls.empty());
    EXPECT_TRUE(evidence().empty());
}

TEST_F(PickupTest, AStoreThatIsGoneLosesNothing) {
    std::filesystem::remove_all(services_.config.store.sealed);
    EXPECT_EQ(send(kMixed).verb, Verb::Tempfail);
    EXPECT_EQ(send(Mail{}).verb, Verb::Continue) << "who needs no copy is not held up";
}

TEST_F(PickupTest, ARecipientThatStandsTwiceIsKeptAndRemovedOnce) {
    Mail twice = kMixed;
    twice.recipients.push_back(twice.recipients[1]);
    EXPECT_EQ(send(twice).verb, Verb::Continue);
    EXPECT_EQ(kept()[0].recipients.size(), 1U);
    EXPECT_EQ(removed(), 1);
}

}  // namespace
}  // namespace smarttls::milter
