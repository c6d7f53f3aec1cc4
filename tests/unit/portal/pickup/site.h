// SPDX-License-Identifier: Apache-2.0
//
// PortalSite: a portal's database in a directory of its own, with a clock that a test sets, and pickups as Intake makes them.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "portal/pickup/codes.h"
#include "portal/pickup/life.h"
#include "portal/pickup/pickups.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::portal::test {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;

class PortalSite : public ::testing::Test {
  protected:
    PortalSite() {
        config.portal.directory = directory_.file("portal");
        config.portal.url = "https://pickup.example.nl";
        config.portal.notice_address = "pickup";
        config.portal.language = policy::Language::English;
        config.portal.templates = {SMARTTLS_SOURCE_DIR "/conf/templates"};
        std::filesystem::create_directory(config.portal.directory);
        policy::MailClass mail_class;
        mail_class.name = "care";
        mail_class.pickup.factors = {true, true, false};
        mail_class.pickup.expiry = std::chrono::hours(24 * 14);
        mail_class.pickup.tell_sender = {true, true, true, true};
        config.classes.push_back(mail_class);
        config.sms.command = "/bin/false";
        store = store::PortalStore::open(config.portal.directory).value();
        now = system_time();
    }

    policy::PickupRules& rules() { return config.classes[0].pickup; }

    /// A token for a new pickup.
    std::string add(const std::string& recipient, const std::string& phone = {}) {
        const Notices notices(config.portal, store->key());
        store::PickupRow row;
        row.message = std::string(32, static_cast<char>('a' + count_++));
        row.identity = row.message;
        row.recipient = recipient;
        row.sender = "alice@org.example";
        row.phone = phone;
        row.class_name = "care";
        row.queue_id = "4ABC";
        row.received = now;
        row.expires = now + rules().expiry;
        const auto link = store->change([&](store::PortalTables& tables) -> policy::Result<std::string> {
            EXPECT_TRUE(tables.messages.add({row.message, count_, row.identity, "2026-11", "key", 7}, store::kOpenMessage));
            pickup_ = tables.pickups.add(row).value();
            return notices.make_link(tables, pickup_);
        });
        message_ = row.message;
        return link->substr(link->rfind('/') + 1);
    }

    void give(const std::string& code, bool once) {
        const store::CodeRow row{0, pickup_, std::string(kAccessCodeFactor), code_hash(store->key(), pickup_, code), {}, 0, once, {}};
        ASSERT_TRUE(store->change([&](store::PortalTables& tables) { return tables.secrets.add(row); }));
    }

    std::vector<std::string> events() {
        std::vector<std::string> names;
        const auto found = store->change([](store::PortalTables& tables) { return tables.events.oldest(100); });
        for (const auto& one : *found) names.push_back(one.record.outcome);
        return names;
    }

    std::vector<store::PortalMail> mails() {
        return store->change([&](store::PortalTables& tables) { return tables.mails.due(now, 100); }).value();
    }

    store::test::ScratchDirectory directory_;
    policy::Config config;
    std::unique_ptr<store::PortalStore> store;
    store::EvidenceTime now;
    std::int64_t pickup_ = 0;
    std::string message_;

  private:
    int count_ = 0;
};

}  // namespace smarttls::portal::test
