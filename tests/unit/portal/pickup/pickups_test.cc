// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/pickups.h"

#include "tests/unit/portal/pickup/site.h"

namespace smarttls::portal {
namespace {

using Answer = CodeVerdict::Answer;
using test::operator""h;
using test::operator""min;

class PickupsTest : public test::PortalSite {
  protected:
    PickupsTest() : gateway(config.sms), pickups(config, *store, gateway, [this] { return now; }) {}

    Answer enter(const std::string& token, const std::string& code, const std::string& client = "192.0.2.1") {
        return pickups.verify_code(token, code, client)->answer;
    }

    SmsGateway gateway;
    Pickups pickups;
};

TEST_F(PickupsTest, AnUnknownTokenAndOneThatHasEndedLookAlike) {
    const std::string token = add("bob@example.nl");
    EXPECT_TRUE(pickups.find(token)->has_value());
    EXPECT_FALSE(pickups.find("nonsense")->has_value());
    EXPECT_FALSE(pickups.find("")->has_value());
    EXPECT_FALSE(pickups.find(std::string(100'000, 'x'))->has_value());
    now += rules().expiry;
    EXPECT_FALSE(pickups.find(token)->has_value()) << "before the worker has come by";
    EXPECT_EQ(enter(token, "1"), Answer::Unknown);
    EXPECT_EQ(enter("nonsense", "1"), Answer::Unknown);
}

TEST_F(PickupsTest, TheSendersAccessCodeIsGoodAgainAndAgainAndAnAgentsOnce) {
    const std::string token = add("bob@example.nl");
    EXPECT_TRUE((*pickups.find(token))->factors.empty());
    give("Blue-Horse 7", false);
    give("1234 5678", true);
    EXPECT_EQ((*pickups.find(token))->factors, std::vector{Factor::AccessCode});
    EXPECT_EQ(enter(token, "bluehorse7"), Answer::Right);
    EXPECT_EQ(enter(token, "BLUE HORSE 7"), Answer::Right);
    EXPECT_EQ(enter(token, "12345678"), Answer::Right);
    EXPECT_EQ(enter(token, "12345678"), Answer::Wrong);
}

TEST_F(PickupsTest, ACodeIsOfItsPickupAlone) {
    const std::string first = add("bob@example.nl");
    give("111111", true);
    const std::string second = add("carol@example.nl");
    EXPECT_EQ(enter(second, "111111"), Answer::Wrong);
    EXPECT_EQ(enter(first, "111111"), Answer::Right);
}

TEST_F(PickupsTest, GuessingEndsAndTheRightCodeDoesNotHelpThenUntilLater) {
    const std::string token = add("bob@example.nl");
    give("sesame", false);
    for (int left = 9; left >= 0; --left) {
        const auto verdict = pickups.verify_code(token, "wrong", "192.0.2.1");
        EXPECT_EQ(std::pair(verdict->answer, verdict->attempts_left), std::pair(Answer::Wrong, left));
    }
    EXPECT_EQ(enter(token, "sesame"), Answer::TooMany);
    EXPECT_EQ(enter(token, "sesame", "198.51.100.7"), Answer::TooMany) << "from wherever";
    EXPECT_EQ((*pickups.find(token))->attempts_left, 0);
    now += 1h + 1min;
    EXPECT_EQ(enter(token, "sesame"), Answer::Right);
}

TEST_F(PickupsTest, AClientThatTriesMessageAfterMessageIsStopped) {
    std::vector<std::string> tokens;
    for (int i = 0; i < 4; ++i) tokens.push_back(add("p" + std::to_string(i) + "@example.nl"));
    for (int i = 0; i < 30; ++i) EXPECT_EQ(enter(tokens[static_cast<std::size_t>(i / 8)], "wrong"), Answer::Wrong) << i;
    EXPECT_EQ(enter(tokens[3], "wrong"), Answer::TooMany);
    EXPECT_EQ(enter(tokens[3], "wrong", "198.51.100.7"), Answer::Wrong);
}

TEST_F(PickupsTest, ACodeByMailIsAskedForSentUsedAndVoidAfterTenMinutes) {
    rules().factors.email = true;
    const std::string token = add("bob@example.nl");
    EXPECT_EQ(pickups.request_code(token, Factor::Sms, "c").value(), CodeRequest::Unknown);
    ASSERT_EQ(pickups.request_code(token, Factor::Email, "c").value(), CodeRequest::Sent);
    const auto mail = mails().at(0);
    EXPECT_EQ(mail.text.recipient, "bob@example.nl");
    const std::size_t at = mail.text.content.find("is\r\n\r\n");
    const std::string code = mail.text.content.substr(at + 6, 6);
    now += 10min;
    EXPECT_EQ(enter(token, code), Answer::Wrong);
    EXPECT_EQ(pickups.request_code(token, Factor::Email, "c").value(), CodeRequest::Sent);
    const std::string fresh = mails().at(1).text.content.substr(mails().at(1).text.content.find("is\r\n\r\n") + 6, 6);
    EXPECT_EQ(enter(token, fresh), Answer::Right);
    EXPECT_EQ(enter(token, fresh), Answer::Wrong);
}

TEST_F(PickupsTest, CodesAreNotSentWithoutEnd) {
    rules().factors.email = true;
    const std::string token = add("bob@example.nl");
    for (int i = 0; i < 4; ++i) EXPECT_EQ(pickups.request_code(token, Factor::Email, "c").value(), CodeRequest::Sent);
    EXPECT_EQ(pickups.request_code(token, Factor::Email, "c").value(), CodeRequest::TooMany);
    now += 11min;
    EXPECT_EQ(pickups.request_code(token, Factor::Email, "c").value(), CodeRequest::Sent);
}

TEST_F(PickupsTest, AGatewayThatFailsIsSaidAndTheNumberIsHintedAt) {
    const std::string token = add("bob@example.nl", "+31612345678");
    const auto view = pickups.find(token).value();
    EXPECT_EQ(view->factors, std::vector{Factor::Sms});
    EXPECT_EQ(view->phone_hint, "78");
    const auto asked = pickups.request_code(token, Factor::Sms, "c");
    ASSERT_TRUE(asked) << asked.error().what;
    EXPECT_EQ(*asked, CodeRequest::NotPossible);
}

TEST_F(PickupsTest, ASessionEndsByItselfByHandAndWithItsMessage) {
    const std::string token = add("bob@example.nl");
    give("sesame", false);
    const std::string first = pickups.verify_code(token, "sesame", "c")->secret;
    ASSERT_TRUE(pickups.session(first)->has_value());
    EXPECT_EQ((*pickups.session(first))->recipient, "bob@example.nl");
    EXPECT_EQ((*pickups.session(first))->factor, Factor::AccessCode);
    EXPECT_FALSE(pickups.session(token)->has_value());
    ASSERT_TRUE(pickups.end_session(first));
    EXPECT_FALSE(pickups.session(first)->has_value());
    const std::string second = pickups.verify_code(token, "sesame", "c")->secret;
    now += 1h;
    EXPECT_FALSE(pickups.session(second)->has_value());
    const std::string third = pickups.verify_code(token, "sesame", "c")->secret;
    Life life(config, *store);
    EXPECT_EQ(life.end(message_, "BOB@example.nl", Ending::Revoked, {"root", "why"}, now).value(), 1);
    EXPECT_FALSE(pickups.session(third)->has_value());
    EXPECT_FALSE(pickups.record(third, PickupEvent::Read).value());
    EXPECT_EQ(pickups.read(third, [](auto) { return policy::ok(); }).error().kind, policy::ErrorKind::Permanent);
}

TEST_F(PickupsTest, WhatARecipientDoesIsToldOnceInASession) {
    const std::string token = add("bob@example.nl");
    give("sesame", false);
    const std::string secret = pickups.verify_code(token, "sesame", "192.0.2.1")->secret;
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pickups.record(secret, PickupEvent::Read).value());
    EXPECT_TRUE(pickups.record(secret, PickupEvent::Downloaded).value());
    EXPECT_EQ(events(), (std::vector<std::string>{"pickup-access", "pickup-read", "pickup-downloaded"}));
    ASSERT_EQ(mails().size(), 1U) << "the sender, once";
    EXPECT_EQ(mails()[0].kind, "read");
}

TEST_F(PickupsTest, ADeviceIsRememberedOnlyWhereTheClassSaysSoAndForItsRecipient) {
    const std::string token = add("bob@example.nl");
    give("sesame", false);
    const std::string secret = pickups.verify_code(token, "sesame", "c")->secret;
    EXPECT_EQ(pickups.trust_device(secret).value(), "");
    rules().trust_device = std::chrono::hours(24);
    const std::string device = pickups.trust_device(secret).value();
    const std::string next = add("bob@example.nl");
    const std::string other = add("carol@example.nl");
    EXPECT_TRUE(pickups.known_device(next, device)->has_value());
    EXPECT_FALSE(pickups.known_device(other, device)->has_value());
    EXPECT_FALSE(pickups.known_device(next, "nonsense")->has_value());
    now += 25h;
    EXPECT_FALSE(pickups.known_device(next, device)->has_value());
}

}  // namespace
}  // namespace smarttls::portal
