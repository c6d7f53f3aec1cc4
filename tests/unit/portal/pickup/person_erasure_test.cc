// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/person_erasure.h"

#include "store/pickup/ended_messages.h"
#include "tests/unit/portal/pickup/site.h"

namespace smarttls::portal {
namespace {

class PersonErasureTest : public test::PortalSite {
  protected:
    store::PersonCount erase(const store::Whom& whom) {
        return store->change([&](store::PortalTables& tables) { return tables.persons.erase(whom); }).value();
    }
    store::PersonCount count(const store::Whom& whom) {
        return store->change([&](store::PortalTables& tables) { return tables.persons.count(whom); }).value();
    }
    void set_phone(const std::string& address) {
        ASSERT_TRUE(store->change([&](store::PortalTables& tables) { return tables.phones.set({address, "+31612345678"}); }));
    }
    std::string state_of(std::int64_t pickup) {
        return store->change([&](store::PortalTables& tables) { return tables.pickups.find(pickup); }).value()->state;
    }
    bool is_found(const std::string& token) {
        const auto hash = store->key().hash(store::Secret::Token, token);
        return store->change([&](store::PortalTables& tables) { return tables.pickups.by_token(hash); }).value().has_value();
    }
};

TEST_F(PersonErasureTest, HisPickupsEndWithAllThatIsHisAndOthersStay) {
    const std::string other = add("bob@example.nl");
    const std::int64_t others_pickup = pickup_;
    const std::string his = add("Carol@Example.nl");
    set_phone("carol@example.nl");
    set_phone("bob@example.nl");
    ASSERT_TRUE(is_found(his) && is_found(other));
    const auto found = count({"carol@example.nl", ""});
    const auto gone = erase({"carol@example.nl", ""});
    EXPECT_EQ(std::pair(found.pickups, found.others), std::pair(std::int64_t{1}, std::int64_t{1}));
    EXPECT_EQ(std::pair(gone.pickups, gone.others), std::pair(std::int64_t{1}, std::int64_t{1}));
    EXPECT_FALSE(is_found(his));
    EXPECT_TRUE(is_found(other));
    EXPECT_EQ(state_of(pickup_), "erased");
    EXPECT_EQ(state_of(others_pickup), "open");
    EXPECT_EQ(store::ended_messages(store::portal_database(config.portal.directory)).value(), std::vector{message_});
    const auto phones = store->change([](store::PortalTables& tables) { return tables.phones.all(); }).value();
    ASSERT_EQ(phones.size(), 1U);
    EXPECT_EQ(phones[0].address, "bob@example.nl");
}

TEST_F(PersonErasureTest, WhatHasEndedLosesHisHash) {
    add("carol@example.nl");
    Life life(config, *store);
    ASSERT_EQ(life.end(message_, "", Ending::Revoked, {"root", ""}, now).value(), 1);
    EXPECT_EQ(erase({"carol@example.nl", ""}).pickups, 1);
    EXPECT_EQ(erase({"carol@example.nl", ""}).pickups, 0) << "nothing leads from him to it any more";
}

TEST_F(PersonErasureTest, MailAboutHimThatWaitsIsNotSent) {
    add("carol@example.nl");
    Life life(config, *store);
    now += rules().expiry;
    ASSERT_EQ(life.expire_due(now).value(), 1);
    ASSERT_EQ(mails().size(), 1U);
    erase({"carol@example.nl", ""});
    EXPECT_TRUE(mails().empty());
}

TEST_F(PersonErasureTest, AMessageIsErasedForAll) {
    const std::string token = add("bob@example.nl");
    EXPECT_EQ(erase({"", "another"}).pickups, 0);
    EXPECT_EQ(erase({"", "4ABC"}).pickups, 1);
    EXPECT_FALSE(is_found(token));
    EXPECT_EQ(erase({"", "4ABC"}).pickups, 0);
}

}  // namespace
}  // namespace smarttls::portal
