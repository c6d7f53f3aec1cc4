// SPDX-License-Identifier: Apache-2.0
#include "policy/exception.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/facts.h"

namespace smarttls::policy {
namespace {

using std::chrono_literals::operator""s;
using test::mail_class;
using test::recipient_at;

const WallTime kNow{std::chrono::seconds(1'800'000'000)};
const MailClass kStrict = mail_class("nta7516", Floor::Dane);

Exception exception(std::string target, std::optional<Floor> level = Floor::Encrypted) {
    Exception one;
    one.id = 3;
    one.target = std::move(target);
    one.class_name = "nta7516";
    one.waiver.level = level;
    one.reason = "their gateway is old";
    one.ticket = "CHG-17";
    one.until = kNow + 3600s;
    one.state = ExceptionState::Active;
    return one;
}

TEST(Exception, LetsMailGoUnderTheLowerLevelAndSaysWhy) {
    const auto one = decide(kStrict, recipient_at(Level::Encrypted), {exception("example.nl")}, kNow);
    EXPECT_EQ(one.outcome, Outcome::Direct);
    EXPECT_EQ(one.rule, "exception");
    EXPECT_EQ(one.exception, 3);
    EXPECT_EQ(one.floor, Floor::Encrypted);
    EXPECT_EQ(one.explanation,
              "Mail to bob@example.nl goes out directly: mx.example.nl encrypts without proving who it is and "
              "has no TLSA record (level encrypted), but class nta7516 demands dane. Exception 3 for example.nl until 2027-01-15 allows that "
              "(level encrypted): their gateway is old, ticket CHG-17.");
}

TEST(Exception, IsNotUsedWhereTheClassIsMet) {
    const auto one = decide(kStrict, recipient_at(Level::Dane), {exception("example.nl")}, kNow);
    EXPECT_EQ(one.rule, "meets-level");
    EXPECT_EQ(one.exception, 0);
    EXPECT_FALSE(one.floor);
}

TEST(Exception, HoldsForItsClassItsAddressAndItsTimeAlone) {
    const auto rule = [](const Exception& one, const MailClass& c = kStrict) {
        return decide(c, recipient_at(Level::Encrypted), {one}, kNow).rule;
    };
    EXPECT_EQ(rule(exception("bob@example.nl")), "exception");
    EXPECT_EQ(rule(exception("carol@example.nl")), "below-level");
    EXPECT_EQ(rule(exception("sub.example.nl")), "below-level");
    EXPECT_EQ(rule(exception("example.nl"), mail_class("gdpr", Floor::Dane)), "below-level");
    Exception every = exception("example.nl");
    every.class_name.clear();
    EXPECT_EQ(rule(every, mail_class("gdpr", Floor::Dane)), "exception");
    Exception over = exception("example.nl");
    over.until = kNow;
    EXPECT_EQ(rule(over), "below-level") << "also before anybody has noted its end";
    for (const auto state : {ExceptionState::Waiting, ExceptionState::Revoked, ExceptionState::Expired}) {
        Exception closed = exception("example.nl");
        closed.state = state;
        EXPECT_EQ(rule(closed), "below-level") << to_string(state);
    }
}

TEST(Exception, DoesNotHelpBelowItsLevelNorAgainstTheDomainItself) {
    for (const Level level : {Level::Plaintext, Level::Forbidden, Level::NoMail}) {
        const auto one = decide(kStrict, recipient_at(level), {exception("example.nl")}, kNow);
        EXPECT_GT(one.outcome, Outcome::Queue) << to_string(level);
        EXPECT_EQ(one.exception, 0) << to_string(level);
    }
    EXPECT_EQ(decide(kStrict, recipient_at(Level::Encrypted), {exception("example.nl", Floor::Pkix)}, kNow).exception, 0);
}

TEST(Exception, LowersTheLevelUnderWhichUnknownMailWaits) {
    const auto one = decide(kStrict, recipient_at(Level::Unknown), {exception("example.nl")}, kNow);
    EXPECT_EQ(one.outcome, Outcome::Queue);
    EXPECT_EQ(one.floor, Floor::Encrypted);
    EXPECT_EQ(one.rule, "exception");
}

TEST(Exception, OfAGradeLeavesTheLevelOfTheClassInForce) {
    MailClass graded = kStrict;
    graded.grade = Grade::Sufficient;
    Exception one = exception("example.nl");
    one.waiver.grade = true;
    const auto decision = decide(graded, test::recipient(test::graded(Level::Dane, Grade::PhaseOut)), {one}, kNow);
    EXPECT_EQ(decision.exception, 3);
    EXPECT_FALSE(decision.floor) << "dane is reached: no reason to ask for less at delivery";
}

TEST(Exception, ForTheAddressComesBeforeThatOfItsDomain) {
    Exception domain = exception("example.nl", Floor::Encrypted);
    Exception address = exception("bob@example.nl", Floor::Pkix);
    address.id = 4;
    const auto one = decide(kStrict, recipient_at(Level::Pkix), {domain, address}, kNow);
    EXPECT_EQ(one.exception, 4);
    EXPECT_EQ(one.floor, Floor::Pkix);
}

TEST(Exception, OfTheConsumerPortalLetsAConsumerBeAsOthers) {
    MailClass c = kStrict;
    c.consumer = ConsumerMail::Portal;
    Recipient consumer = recipient_at(Level::Dane);
    consumer.kind = RecipientKind::Consumer;
    EXPECT_EQ(decide(c, consumer).outcome, Outcome::Portal);
    EXPECT_EQ(decide(c, consumer).rule, "consumer");
    Exception one = exception("bob@example.nl", std::nullopt);
    one.waiver.consumer = true;
    EXPECT_EQ(decide(c, consumer, {one}, kNow).outcome, Outcome::Direct);
}

TEST(Exception, OverlapsWithOneForTheSameTargetAndClass) {
    Exception other = exception("example.nl");
    EXPECT_TRUE(overlap(exception("example.nl"), other));
    EXPECT_FALSE(overlap(exception("bob@example.nl"), other));
    other.class_name = "gdpr";
    EXPECT_FALSE(overlap(exception("example.nl"), other));
    other.class_name.clear();
    EXPECT_TRUE(overlap(exception("example.nl"), other));
}

TEST(Exception, StatesGoRound) {
    for (const auto state : {ExceptionState::Waiting, ExceptionState::Active, ExceptionState::Revoked, ExceptionState::Expired}) {
        EXPECT_EQ(parse_exception_state(to_string(state)), state);
    }
    EXPECT_FALSE(parse_exception_state("open"));
}

}  // namespace
}  // namespace smarttls::policy
