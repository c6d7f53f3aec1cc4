// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a message, from MAIL to end of message, with a real evidence database.
#include "milter/message.h"

#include <gtest/gtest.h>

#include "smarttls/verdict_json.h"
#include "tests/unit/milter/harness.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using test::FakeActions;
using test::FakeEngine;
using test::Mail;
using test::Rcpt;
using test::Site;
using Calls = std::vector<std::string>;

class MessageTest : public Site {
  protected:
    static Mail to(std::vector<std::string> addresses) {
        Mail mail;
        mail.recipients.clear();
        for (const std::string& address : addresses) mail.recipients.push_back({"<" + address + ">", {}, {}});
        return mail;
    }

    void expect_deferred(const Disposition& answer, std::string_view enhanced) {
        EXPECT_EQ(answer.verb, Verb::Tempfail);
        EXPECT_EQ(answer.code, "451");
        EXPECT_EQ(answer.enhanced, enhanced) << answer.text;
        EXPECT_FALSE(answer.text.empty());
    }
};

TEST_F(MessageTest, DirectMailGetsTheFloorInItsSenderAndItsHeadersChanged) {
    Mail mail = to({"bob@dane.example"});
    mail.headers = {{"X-SmartTLS-Class", "nta7516"}, {"Subject", "hello"}, {"X-Internal", "1"},
                    {"x-protected", "forged"},       {"X-INTERNAL", "2"},  {"x-smarttls-class", "gdpr"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, (Calls{"sender alice+smarttls-dane@org.example RET=HDRS",
                                     "remove X-SmartTLS-Class 2", "remove X-SmartTLS-Class 1",
                                     "remove X-Internal 2", "remove X-Internal 1",
                                     "remove X-Protected 1", "add X-Protected: nta7516",
                                     "add X-Note: two words", "top X-SmartTLS-Floor: dane"}));
}

// The guard keeps mail with this field back (floor_guard.h): strangers may not stop mail by it; from a
// trusted client it may be class mail on its way back from a content filter.
TEST_F(MessageTest, TheFieldOfTheFloorIsTakenFromStrangersAndReplacedInClassMail) {
    Mail mail = to({"bob@dane.example"});
    mail.headers.emplace_back("x-smarttls-floor", "encrypted");
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(std::count(actions_.calls.begin(), actions_.calls.end(), "remove X-SmartTLS-Floor 1"), 1);
    EXPECT_EQ(actions_.calls.back(), "top X-SmartTLS-Floor: dane");
    mail.headers = {{"X-SmartTLS-Floor", "dane"}};
    actions_.calls.clear();
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_EQ(send(mail, "192.0.2.1").verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{"remove X-SmartTLS-Floor 1"});
}

// Nobody waits for the answer of what sendmail(1) submits: Postfix sends it back, and with this under the floor.
TEST_F(MessageTest, RefusedMailOfSendmailIsMarkedOnItsWayBack) {
    Mail mail = to({"bob@plaintext.example"});
    EXPECT_EQ(send(mail).verb, Verb::Reject);
    EXPECT_EQ(actions_.calls, Calls{}) << "the client keeps it";
    mail.sender = "alice@tenant.example";
    EXPECT_EQ(send(mail).verb, Verb::Reject);
    ASSERT_FALSE(actions_.calls.empty());
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane-dsn@tenant.example RET=HDRS");
    EXPECT_EQ(actions_.calls.back(), "top X-SmartTLS-Floor: dane");
    mail.headers = {{"X-SmartTLS-Class", "no-such-class"}};
    actions_.calls.clear();
    EXPECT_EQ(send(mail).verb, Verb::Reject);
    ASSERT_FALSE(actions_.calls.empty());
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane-dsn@tenant.example RET=HDRS");
}

// A floor that the sender's tag has raised is the one to be kept.
TEST_F(MessageTest, TheFieldTellsTheFloorOfTheTag) {
    Mail mail = to({"bob@dane.example"});
    mail.headers = {{"X-SmartTLS-Class", "gdpr"}};
    mail.sender = "<alice+smarttls-dane@org.example>";
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls.back(), "top X-SmartTLS-Floor: dane");
}

TEST_F(MessageTest, DirectMailLeavesItsEvidence) {
    macros_ = {{"{auth_type}", "PLAIN"}, {"{auth_authen}", "alice"}};
    EXPECT_EQ(send(to({"bob@dane.example"})).verb, Verb::Continue);
    const store::EvidenceRecord record = only_evidence();
    EXPECT_EQ(record.event, store::kSubmissionAcceptance);
    EXPECT_EQ(record.class_name, "nta7516");
    EXPECT_EQ(record.sender, "alice@org.example") << "as the client gave it, without the tag";
    EXPECT_EQ(record.client, "127.0.0.1 as alice");
    EXPECT_EQ(record.outcome, "direct");
    EXPECT_EQ(record.floor, "dane");
    EXPECT_EQ(record.content_sha256,  // printf 'hello\r\n' | sha256sum
              "cd2eca3535741f27a8ae40c31b0c41d4057a7a7b912b33b9aed86485d1c84676");
    EXPECT_EQ(record.config_version, services_.config.version);
    EXPECT_EQ(record.reply, "");
    ASSERT_EQ(record.recipients.size(), 1U);
    EXPECT_EQ(record.recipients[0].address, "bob@dane.example");
    EXPECT_EQ(record.recipients[0].domain, "dane.example");
    EXPECT_EQ(record.recipients[0].rule, "meets-level");
    const auto verdict = engine::parse_verdict(record.recipients[0].verdict_json);
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->level, policy::Level::Dane);
}

TEST_F(MessageTest, KeepsTheClientsEnvelopeIdBesideRetHdrs) {
    Mail mail = to({"bob@dane.example"});
    mail.parameters = {"SIZE=100", "ret=FULL", "envid=QQ314159", "BODY=8BITMIME"};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    ASSERT_FALSE(actions_.calls.empty());
    EXPECT_EQ(actions_.calls[0], "sender alice+smarttls-dane@org.example RET=HDRS ENVID=QQ314159");
}

TEST_F(MessageTest, RaisesAnIncomingTagAndNeverLowersIt) {
    Mail mail = to({"bob@dane.example"});
    mail.sender = "<alice+smarttls-encrypted@org.example>";
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls[0], "sender alice+smarttls-dane@org.example RET=HDRS");
    actions_.calls.clear();
    mail.headers = {{"X-SmartTLS-Class", "gdpr"}};
    mail.sender = "<alice+smarttls-dane@org.example>";
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls[0], "sender alice+smarttls-dane@org.example RET=HDRS");
}

TEST_F(MessageTest, HeldMailIsTaggedToo) {
    EXPECT_EQ(send(to({"bob@encrypted.example"})).verb, Verb::Continue);
    ASSERT_GE(actions_.calls.size(), 2U);
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane@org.example RET=HDRS")
        << "whoever releases it must not release the floor";
    EXPECT_TRUE(actions_.calls.back().starts_with("quarantine smarttls: Mail to bob@encrypted.example is held: "))
        << actions_.calls.back();
    const store::EvidenceRecord record = only_evidence();
    EXPECT_EQ(record.event, store::kSubmissionAcceptance);
    EXPECT_EQ(record.outcome, "hold");
    EXPECT_EQ(record.recipients.at(0).rule, "below-level");
}

TEST_F(MessageTest, RefusedMailIsAnsweredWithTheExplanationAndRecorded) {
    const Disposition answer = send(to({"bob@plaintext.example"}));
    EXPECT_EQ(answer.verb, Verb::Reject);
    EXPECT_EQ(answer.code, "550");
    EXPECT_EQ(answer.enhanced, "5.7.4");
    EXPECT_TRUE(answer.text.starts_with("Mail to bob@plaintext.example is refused: mx.plaintext.example "
                                        "offers no STARTTLS")) << answer.text;
    EXPECT_EQ(actions_.calls, Calls{});
    const store::EvidenceRecord record = only_evidence();
    EXPECT_EQ(record.event, store::kSubmissionRejection);
    EXPECT_EQ(record.outcome, "reject");
    EXPECT_EQ(record.reply, "550 5.7.4 " + answer.text);
}

TEST_F(MessageTest, UnknownWaitsInTheQueueUnderItsFloor) {
    EXPECT_EQ(send(to({"bob@unknown.example"})).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane@org.example RET=HDRS");
    EXPECT_FALSE(actions_.calls.back().starts_with("quarantine")) << actions_.calls.back();
    EXPECT_EQ(only_evidence().outcome, "queue");
    EXPECT_EQ(only_evidence().event, store::kSubmissionAcceptance);
}

TEST_F(MessageTest, WithoutAKeyWhoMustBeHeldHoldsEverybodyAndSaysSo) {
    EXPECT_EQ(send(to({"a@dane.example", "b@encrypted.example", "c@unknown.example"})).verb, Verb::Continue);
    EXPECT_TRUE(actions_.calls.back().starts_with("quarantine "));
    const store::EvidenceRecord record = only_evidence();
    EXPECT_EQ(record.outcome, "hold");
    ASSERT_EQ(record.recipients.size(), 3U);
    EXPECT_EQ(record.recipients[0].outcome, "hold");
    EXPECT_NE(record.recipients[0].explanation.find("smarttls keys create"), std::string::npos);
    EXPECT_EQ(record.recipients[1].outcome, "hold");
    EXPECT_EQ(record.recipients[1].explanation.find("with the others"), std::string::npos);
}

TEST_F(MessageTest, FollowsTheRouteThatTheMtaNamed) {
    Mail mail;
    mail.recipients = {{"<a@local.example>", "local", "mail.local.example"},
                       {"<b@dane.example>", {}, {}},
                       {"<c@alias.example>", "error", "5.1.1 User unknown in virtual alias table"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    store::EvidenceRecord record = only_evidence();
    EXPECT_EQ(record.outcome, "direct");
    EXPECT_EQ(record.recipients.at(0).rule, "trusted-route");
    EXPECT_EQ(record.recipients.at(2).rule, "alias");
    EXPECT_EQ(engine_->questions(), Calls{"verdict dane.example"}) << "only that one is probed";
}

TEST_F(MessageTest, HoldsMailForARouteThatIsNotTrusted) {
    Mail mail;
    mail.recipients = {{"<b@dane.example>", "smtp", "[relay.example]:25"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_TRUE(actions_.calls.back().starts_with("quarantine ")) << actions_.calls.back();
    EXPECT_EQ(only_evidence().recipients.at(0).rule, "untrusted-route");
    EXPECT_EQ(engine_->questions(), Calls{});
}

// transport_maps beats the tag, so the mail would leave by the floor of that entry.
TEST_F(MessageTest, HoldsMailForAFloorTransportThatTheSiteChose) {
    Mail mail;
    mail.recipients = {{"<b@dane.example>", "smarttls-encrypted", "dane.example"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().recipients.at(0).rule, "untrusted-route");
}

TEST_F(MessageTest, KnowsTheFloorTransportThatAnIncomingTagChose) {
    Mail mail;
    mail.sender = "<alice+smarttls-pkix@org.example>";
    mail.recipients = {{"<b@dane.example>", "smarttls-pkix", "dane.example"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().outcome, "direct");
    EXPECT_EQ(actions_.calls.front(), "sender alice+smarttls-dane@org.example RET=HDRS");
}

TEST_F(MessageTest, AsksOncePerDomainHoweverItIsSpelt) {
    EXPECT_EQ(send(to({"a@dane.example", "b@DANE.example", "c@dane.EXAMPLE"})).verb, Verb::Continue);
    EXPECT_EQ(engine_->questions(), Calls{"verdict dane.example"});
    EXPECT_EQ(only_evidence().recipients.size(), 3U);
}

TEST_F(MessageTest, AsksForUnicodeDomainsInALabels) {
    start_engine(test::verdicts({{"xn--bcher-kva.example", policy::Level::Dane}}));
    EXPECT_EQ(send(to({"a@b\xc3\xbc" "cher.example"})).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().recipients.at(0).domain, "xn--bcher-kva.example");
    EXPECT_EQ(only_evidence().outcome, "direct");
}

TEST_F(MessageTest, AsksTheEngineAtEndOfHeadersAndDoesNotWait) {
    start_engine([](const std::string&) { return std::string(FakeEngine::kSilence); });
    const Mail mail = to({"a@dane.example"});
    Session session = connect();
    envelope(session, mail);
    EXPECT_EQ(engine_->connections(), 0);
    headers(session, mail);  // returns although nothing is answered
    EXPECT_TRUE(store::test::eventually([&] { return !engine_->questions().empty(); }));
    session.on_abort();
}

TEST_F(MessageTest, UnmarkedMailPassesUntouchedAndCausesNothing) {
    Mail mail = to({"bob@plaintext.example"});
    mail.headers = {{"Subject", "X-SmartTLS-Class: nta7516"}, {"X-SmartTLS-Classes", "nta7516"}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_EQ(evidence().size(), 0U);
    EXPECT_EQ(engine_->connections(), 0);
    EXPECT_EQ(proof_.asked, 0);
}

TEST_F(MessageTest, UnmarkedMailPassesAlsoWhenEverythingIsBroken) {
    engine_.reset();
    writer_->stop();
    proof_.result = policy::fail(ErrorKind::Misconfigured, "no route");
    Mail mail = to({"bob@plaintext.example"});
    mail.headers = {};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
}

TEST_F(MessageTest, AnUntrustedSubmittersClassIsRemovedAndRecordedAndItsMailPasses) {
    Mail mail = to({"bob@plaintext.example"});
    mail.headers = {{"X-SmartTLS-Class", "nta7516"}, {"X-SmartTLS-Class", "gdpr"}, {"X-Internal", "1"}};
    EXPECT_EQ(send(mail, "192.0.2.1").verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, (Calls{"remove X-SmartTLS-Class 2", "remove X-SmartTLS-Class 1"}));
    const store::EvidenceRecord record = only_evidence();
    EXPECT_EQ(record.event, store::kSubmissionAcceptance);
    EXPECT_EQ(record.client, "192.0.2.1");
    EXPECT_EQ(record.class_name, "");
    EXPECT_NE(record.note.find("X-SmartTLS-Class: \"nta7516\" was removed"), std::string::npos) << record.note;
    EXPECT_EQ(engine_->connections(), 0) << "strangers cause no probes";
}

TEST_F(MessageTest, AnUntrustedSubmittersMailPassesAlsoWhenItCannotBeRecorded) {
    writer_->stop();
    EXPECT_EQ(send(to({"bob@plaintext.example"}), "192.0.2.1").verb, Verb::Continue);
    EXPECT_EQ(actions_.calls, (Calls{"remove X-SmartTLS-Class 1"}));
}

TEST_F(MessageTest, AnUntrustedSubmittersHeaderThatCannotBeRemovedDefersTheMail) {
    FakeActions refusing(0);
    const Mail mail = to({"bob@plaintext.example"});
    Session session = connect("192.0.2.1");
    envelope(session, mail);
    headers(session, mail);
    expect_deferred(body(session, mail, refusing), "4.3.0");
}

TEST_F(MessageTest, AnUnknownClassIsRefusedAndNeverIgnored) {
    for (const std::string value : {"secret", "", "nta7516 (really)", "=?utf-8?q?nta7516?=", "nta7516,gdpr"}) {
        Mail mail = to({"bob@dane.example"});
        mail.headers = {{"X-SmartTLS-Class", "gdpr"}, {"X-SmartTLS-Class", value}};
        mail.queue_id = "Q" + std::to_string(value.size());
        const Disposition answer = send(mail);
        EXPECT_EQ(answer.verb, Verb::Reject) << value;
        EXPECT_EQ(answer.code + " " + answer.enhanced, "550 5.7.1") << value;
        EXPECT_NE(answer.text.find("The class \"" + value + "\" in X-SmartTLS-Class"), std::string::npos);
        EXPECT_EQ(only_evidence(mail.queue_id).event, store::kSubmissionRejection);
    }
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_EQ(engine_->connections(), 0);
}

TEST_F(MessageTest, AClassIsReadInAnyCaseAndBetweenBlanks) {
    Mail mail = to({"bob@dane.example"});
    mail.headers = {{"x-smarttls-CLASS", " \t NTA7516\r\n "}};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().class_name, "nta7516");
}

TEST_F(MessageTest, TheStrictestOfSeveralClassesWinsWhereverItStands) {
    Mail mail = to({"bob@pkix.example"});
    mail.headers.assign(150, {"X-SmartTLS-Class", "gdpr"});
    mail.headers.emplace_back("X-SmartTLS-Class", "nta7516");
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().class_name, "nta7516");
    EXPECT_EQ(actions_.calls.at(1), "remove X-SmartTLS-Class 151");
}

TEST_F(MessageTest, ClassMailWithoutASenderIsRefused) {
    Mail mail = to({"bob@dane.example"});
    mail.sender = "<>";
    const Disposition answer = send(mail);
    EXPECT_EQ(answer.verb, Verb::Reject);
    EXPECT_EQ(answer.code + " " + answer.enhanced, "550 5.7.1");
    EXPECT_EQ(only_evidence().sender, "");
    mail.headers = {};
    EXPECT_EQ(send(mail).verb, Verb::Continue) << "an ordinary bounce passes";
}

TEST_F(MessageTest, ClassMailToAPathIsRefused) {
    for (const std::string address : {"@gw.example:bob@dane.example", "bob%dane.example@gw.example",
                                      "dane.example!bob@gw.example", "\"a@b\"@dane.example"}) {
        actions_.calls.clear();
        Mail mail = to({"carol@dane.example", address});
        mail.queue_id = "Q" + address;
        const Disposition answer = send(mail);
        EXPECT_EQ(answer.verb, Verb::Reject) << address;
        EXPECT_EQ(answer.code + " " + answer.enhanced, "550 5.1.3") << address;
        EXPECT_EQ(actions_.calls, Calls{});
        EXPECT_EQ(only_evidence(mail.queue_id).outcome, "reject");
        mail.headers = {};
        EXPECT_EQ(send(mail).verb, Verb::Continue) << "unmarked mail may go there";
    }
}

TEST_F(MessageTest, ARefusalStandsAlsoWhenItCannotBeRecorded) {
    writer_->stop();
    Mail mail = to({"bob@dane.example"});
    mail.sender = "<>";
    EXPECT_EQ(send(mail).verb, Verb::Reject);
}

TEST_F(MessageTest, IsDeferredWhenTheEngineIsDown) {
    engine_.reset();
    expect_deferred(send(to({"bob@dane.example"})), "4.3.0");
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_EQ(evidence().size(), 0U) << "nothing was decided";
}

TEST_F(MessageTest, IsDeferredWhenTheEngineAnswersNonsense) {
    for (const std::string reply : {"OK {}", "OK", "NOTFOUND ", "PERM no", "TEMP later", "", "nonsense",
                                    "OK {\"domain\":\"other.example\",\"level\":\"dane\"}"}) {
        start_engine([reply](const std::string&) { return reply; });
        expect_deferred(send(to({"bob@dane.example"})), "4.3.0");
        EXPECT_EQ(actions_.calls, Calls{}) << reply;
    }
}

TEST_F(MessageTest, IsDeferredWhenTheEngineDoesNotAnswerInTime) {
    services_.config.milter.verdict_deadline = std::chrono::seconds(0);
    start_engine([](const std::string&) { return std::string(FakeEngine::kSilence); });
    expect_deferred(send(to({"bob@dane.example"})), "4.3.0");
    EXPECT_EQ(actions_.calls, Calls{});
}

TEST_F(MessageTest, AsksANewEngineWhenTheOldOneDiedWhileTheBodyTravelled) {
    start_engine([](const std::string&) { return std::string(FakeEngine::kSilence); });
    const Mail mail = to({"bob@dane.example"});
    Session session = connect();
    envelope(session, mail);
    headers(session, mail);
    ASSERT_TRUE(store::test::eventually([&] { return !engine_->questions().empty(); }));
    start_engine(test::verdicts({{"dane.example", policy::Level::Dane}}));
    EXPECT_EQ(body(session, mail, actions_).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().outcome, "direct");
}

TEST_F(MessageTest, IsDeferredWhenTheEngineDiedWhileTheBodyTravelledAndNoneCame) {
    start_engine([](const std::string&) { return std::string(FakeEngine::kSilence); });
    const Mail mail = to({"bob@dane.example"});
    Session session = connect();
    envelope(session, mail);
    headers(session, mail);
    ASSERT_TRUE(store::test::eventually([&] { return !engine_->questions().empty(); }));
    engine_.reset();
    expect_deferred(body(session, mail, actions_), "4.3.0");
    EXPECT_EQ(actions_.calls, Calls{});
}

TEST_F(MessageTest, FindsAnEngineThatCameUpWhileTheBodyTravelled) {
    engine_.reset();
    const Mail mail = to({"bob@dane.example"});
    Session session = connect();
    envelope(session, mail);
    headers(session, mail);
    start_engine(test::verdicts({{"dane.example", policy::Level::Dane}}));
    EXPECT_EQ(body(session, mail, actions_).verb, Verb::Continue);
}

TEST_F(MessageTest, IsDeferredWhenItsEvidenceCannotBeStored) {
    writer_->stop();
    const Disposition answer = send(to({"bob@dane.example"}));
    expect_deferred(answer, "4.3.0");
    EXPECT_TRUE(answer.text.starts_with("The evidence store ")) << answer.text;
    EXPECT_EQ(actions_.calls, Calls{}) << "evidence comes before every effect";
}

TEST_F(MessageTest, ARejectionByDecisionIsDeferredWhenItsEvidenceCannotBeStored) {
    writer_->stop();
    expect_deferred(send(to({"bob@plaintext.example"})), "4.3.0");
}

TEST_F(MessageTest, IsDeferredWhileTheRoutesAreNotProven) {
    proof_.result = policy::fail(ErrorKind::Misconfigured, "smarttls-dane is missing");
    expect_deferred(send(to({"bob@dane.example"})), "4.3.5");
    proof_.result = policy::fail(ErrorKind::Temporary, "no answer");
    expect_deferred(send(to({"bob@dane.example"})), "4.3.0");
    EXPECT_EQ(proof_.asked, 2);
    EXPECT_EQ(actions_.calls, Calls{});
    EXPECT_EQ(evidence().size(), 0U);
}

TEST_F(MessageTest, IsDeferredWhenTheMtaTakesNotEveryChange) {
    Mail mail = to({"bob@encrypted.example"});
    mail.headers.emplace_back("X-Internal", "1");
    ASSERT_EQ(send(mail).verb, Verb::Continue);
    const std::size_t changes = actions_.calls.size();
    ASSERT_EQ(changes, 7U);
    for (std::size_t refused = 0; refused < changes; ++refused) {
        FakeActions refusing(refused);
        Session session = connect();
        envelope(session, mail);
        headers(session, mail);
        expect_deferred(body(session, mail, refusing), "4.3.0");
        EXPECT_EQ(refusing.calls.size(), refused) << "nothing more is tried";
    }
}

}  // namespace
}  // namespace smarttls::milter
