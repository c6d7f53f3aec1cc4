// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/life.h"

#include "store/pickup/ended_messages.h"
#include "tests/unit/portal/pickup/site.h"

namespace smarttls::portal {
namespace {

class LifeTest : public test::PortalSite {
  protected:
    std::vector<std::string> ended() { return store::ended_messages(store::portal_database(config.portal.directory)).value(); }
    Life life{config, *store};
};

TEST_F(LifeTest, ExpiryTellsTheSenderAndLeavesNobodysName) {
    add("bob@example.nl");
    EXPECT_EQ(life.expire_due(now).value(), 0);
    now += rules().expiry;
    EXPECT_EQ(life.expire_due(now).value(), 1);
    EXPECT_EQ(life.expire_due(now).value(), 0);
    ASSERT_EQ(mails().size(), 1U);
    EXPECT_EQ(mails()[0].text.recipient, "alice@org.example");
    EXPECT_EQ(mails()[0].text.sender, "");
    EXPECT_EQ(events(), std::vector<std::string>{"pickup-expired"});
    const auto row = store->change([&](store::PortalTables& tables) { return tables.pickups.find(pickup_); }).value();
    EXPECT_EQ(std::tuple(row->state, row->recipient, row->sender), std::tuple("expired", "", ""));
    EXPECT_EQ(ended(), std::vector{message_});
}

TEST_F(LifeTest, AMessageEndsWithItsLastRecipient) {
    add("bob@example.nl");
    store::PickupRow row = store->change([&](store::PortalTables& tables) { return tables.pickups.find(pickup_); }).value().value();
    row.recipient = "carol@example.nl";
    ASSERT_GT(store->change([&](store::PortalTables& tables) { return tables.pickups.add(row); }).value(), 0);
    EXPECT_EQ(life.end(message_, "bob@example.nl", Ending::Revoked, {"root", ""}, now).value(), 1);
    EXPECT_TRUE(ended().empty());
    EXPECT_EQ(life.end(message_, "", Ending::Discarded, {"root", ""}, now).value(), 1) << "bob's is not ended twice";
    EXPECT_EQ(ended(), std::vector{message_});
}

TEST_F(LifeTest, AnExtensionComesBeforeTheEnd) {
    add("bob@example.nl");
    EXPECT_EQ(life.extend(message_, "", now + 2 * rules().expiry, {"root", "on holiday"}, now).value(), 1);
    EXPECT_EQ(life.expire_due(now + rules().expiry).value(), 0);
    EXPECT_EQ(life.expire_due(now + 2 * rules().expiry).value(), 1);
    EXPECT_EQ(life.extend(message_, "", now, {"root", ""}, now).value(), 0);
}

TEST_F(LifeTest, AReminderGoesOnceWithALinkOfItsOwn) {
    add("bob@example.nl");
    ASSERT_TRUE(store->change([&](store::PortalTables& tables) {
        return tables.pickups.extend(pickup_, now + rules().expiry, now + std::chrono::hours(1));
    }));
    EXPECT_EQ(life.remind_due(now).value(), 0);
    now += std::chrono::hours(1);
    EXPECT_EQ(life.remind_due(now).value(), 1);
    EXPECT_EQ(life.remind_due(now).value(), 0);
    ASSERT_EQ(mails().size(), 1U);
    EXPECT_NE(mails()[0].text.content.find("https://pickup.example.nl/p/"), std::string::npos);
}

}  // namespace
}  // namespace smarttls::portal
