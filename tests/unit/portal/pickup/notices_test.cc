// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/notices.h"

#include "portal/command/phone.h"
#include "portal/pickup/intake.h"
#include "portal/pickup/mail_relay.h"
#include "portal/pickup/notice_mail.h"
#include "tests/unit/portal/pickup/site.h"

namespace smarttls::portal {
namespace {

class NoticesTest : public test::PortalSite {
  protected:
    void put(NoticeKind kind) {
        ASSERT_TRUE(store->change([&](store::PortalTables& tables) -> policy::Result<void> {
            const auto pickup = tables.pickups.find(pickup_);
            return notices.put(tables, **pickup, {kind, "https://pickup.example.nl/p/x", "123456"}, now);
        }));
    }
    Notices notices{config.portal, store->key()};
};

TEST_F(NoticesTest, EachKindHasItsTextInEachLanguage) {
    add("bob@example.nl");
    for (const auto language : {policy::Language::Dutch, policy::Language::English}) {
        config.portal.language = language;
        const Notices localised(config.portal, store->key());
        for (const auto kind : {NoticeKind::Notice, NoticeKind::Reminder, NoticeKind::Code, NoticeKind::Bounced,
                                NoticeKind::MissingPhone, NoticeKind::Read, NoticeKind::Expired}) {
            const auto done = store->change([&](store::PortalTables& tables) {
                return localised.put(tables, **tables.pickups.find(pickup_), {kind, "https://pickup.example.nl/p/x", "1"}, now);
            });
            EXPECT_TRUE(done) << to_string(kind) << ": " << done.error().what;
        }
    }
    for (const store::PortalMail& mail : mails()) {
        EXPECT_TRUE(mail.text.content.starts_with("From: \"org.example\" <pickup@org.example>\r\n")) << mail.text.content;
        EXPECT_EQ(mail.text.content.find("{{"), std::string::npos);
        EXPECT_EQ(mail.text.content.find("Subject: -"), std::string::npos);
        for (std::size_t at = mail.text.content.find('\n'); at != std::string::npos; at = mail.text.content.find('\n', at + 1)) {
            EXPECT_EQ(mail.text.content[at - 1], '\r');
        }
    }
}

TEST_F(NoticesTest, ABounceSaysWhichMailItIsAboutAndCannotBeInvented) {
    const std::string address = notices.bounce_address(17, "org.example");
    EXPECT_TRUE(address.starts_with("pickup+17.")) << address;
    EXPECT_EQ(notices.mail_of(address), 17);
    std::string other = address;
    other.replace(7, 2, "18");
    for (const std::string& wrong : {other, std::string("pickup@org.example"), std::string("pickup+17@org.example"), std::string("+."), std::string()}) {
        EXPECT_FALSE(notices.mail_of(wrong)) << wrong;
    }
}

TEST_F(NoticesTest, ANoticeThatBouncedIsToldToTheSender) {
    add("bob@example.nl");
    put(NoticeKind::Notice);
    const std::string sender = mails().at(0).text.sender;
    MailRelay relay(config, *store);
    EXPECT_TRUE(relay.bounced(sender, "550 5.1.1 no such user", now).value());
    EXPECT_FALSE(relay.bounced("pickup+9.0000000000000000@org.example", "", now).value());
    EXPECT_EQ(events(), std::vector<std::string>{"pickup-unreachable"});
    EXPECT_EQ(mails().at(1).kind, "bounced");
    EXPECT_EQ(mails().at(1).text.recipient, "alice@org.example");
}

TEST_F(NoticesTest, ATemplateOfTheSiteComesFirstAndAMistakeInItIsNamed) {
    add("bob@example.nl");
    const std::string own = directory_.file("templates");
    std::filesystem::create_directories(own + "/en");
    std::ofstream(own + "/en/read.txt") << "Subject: ours\n\n{{recipient}} & co\n";
    std::ofstream(own + "/en/expired.txt") << "Subject: {{#broken}\n";
    config.portal.templates.insert(config.portal.templates.begin(), own);
    const Notices site(config.portal, store->key());
    const auto put_one = [&](NoticeKind kind) {
        return store->change([&](store::PortalTables& tables) { return site.put(tables, **tables.pickups.find(pickup_), {kind}, now); });
    };
    ASSERT_TRUE(put_one(NoticeKind::Read));
    EXPECT_NE(mails()[0].text.content.find("bob@example.nl & co"), std::string::npos);
    const auto broken = put_one(NoticeKind::Expired);
    ASSERT_FALSE(broken);
    EXPECT_NE(broken.error().what.find("expired.txt"), std::string::npos) << broken.error().what;
}

TEST(NoticeMail, EncodesWhatIsNotAscii) {
    EXPECT_EQ(encoded_words("Gemeente Ede"), "Gemeente Ede");
    EXPECT_EQ(encoded_words("Caf\xc3\xa9 1"), "=?UTF-8?Q?Caf=C3=A9_1?=");
    const std::string text = encoded_words("\xc3\xa9" + std::string(200, 'x') + "\xc3\xa9\xc3\xa9\xc3\xa9");
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find("\r\n ", start), text.size());
        EXPECT_LE(end - start, 75U);
        start = end + 3;
    }
}

TEST(Intake, FindsAFieldWhereverItIsFolded) {
    EXPECT_EQ(field_of("Subject: x\r\nMessage-Id:\r\n <1@a>\r\nTo: b\r\n", "Message-ID"), "<1@a>");
    EXPECT_EQ(field_of("Subject: x\r\n Message-ID: <no@a>\r\n", "Message-ID"), "");
}

TEST(PhoneNumber, HasItsCountry) {
    EXPECT_EQ(read_phone_number("+31 6-12 34 56 78").value(), "+31612345678");
    EXPECT_EQ(read_phone_number("0031612345678").value(), "+31612345678");
    for (const char* wrong : {"0612345678", "+0612345678", "+31", "31612345678", "+316123456789012345", "+31x12345678", "", "+31+612345678"}) {
        EXPECT_FALSE(read_phone_number(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace smarttls::portal
