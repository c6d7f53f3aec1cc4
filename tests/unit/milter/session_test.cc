// SPDX-License-Identifier: Apache-2.0
#include "milter/session.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/harness.h"

namespace smarttls::milter {
namespace {

using test::Mail;
using test::Site;
using Calls = std::vector<std::string>;

class SessionTest : public Site {
  protected:
    /// True when the class of the mail was honoured.
    bool is_trusted(const std::optional<policy::IpAddress>& client) {
        Session session = connect_from(client);
        const Mail mail;
        envelope(session, mail);
        headers(session, mail);
        test::FakeActions actions;
        EXPECT_EQ(body(session, mail, actions).verb, Verb::Continue);
        return !actions.calls.empty() && actions.calls[0].starts_with("sender ");
    }
    static policy::IpAddress ip(std::string_view text) { return policy::IpAddress::parse(text).value(); }
};

TEST_F(SessionTest, TrustsListedNetworks) {
    EXPECT_TRUE(is_trusted(ip("127.0.0.1")));
    EXPECT_TRUE(is_trusted(ip("::ffff:127.0.0.1")));
    EXPECT_FALSE(is_trusted(ip("192.0.2.1")));
    EXPECT_FALSE(is_trusted(ip("::1"))) << "not in the list of this test";
    EXPECT_FALSE(is_trusted(std::nullopt)) << "a client without an address";
}

TEST_F(SessionTest, TrustsAuthenticatedClientsFromEverywhere) {
    macros_ = {{"{auth_type}", "PLAIN"}, {"{auth_authen}", "alice"}};
    EXPECT_TRUE(is_trusted(ip("192.0.2.1")));
    EXPECT_TRUE(is_trusted(std::nullopt));
    EXPECT_EQ(evidence().at(0).record.client, "192.0.2.1 as alice");
    EXPECT_EQ(evidence().at(1).record.client, "unknown as alice");
}

TEST_F(SessionTest, TrustsNobodyForHalfAnAuthentication) {
    macros_ = {{"{auth_authen}", "alice"}};
    EXPECT_FALSE(is_trusted(ip("192.0.2.1")));
    macros_ = {{"{auth_type}", "PLAIN"}};
    EXPECT_FALSE(is_trusted(ip("192.0.2.1")));
    macros_ = {{"{auth_type}", "PLAIN"}, {"{auth_authen}", ""}};
    EXPECT_FALSE(is_trusted(ip("192.0.2.1")));
}

TEST_F(SessionTest, MarksASenderWhoseNoticesWouldLeaveByTheDefaultRoute) {
    const auto sender_of = [this](const std::string& sender, const std::string& mailer, const std::string& host) {
        macros_ = {{"{mail_mailer}", mailer}, {"{mail_host}", host}};
        Session session = connect_from(ip("127.0.0.1"));
        Mail mail;
        mail.sender = sender;
        envelope(session, mail);
        headers(session, mail);
        test::FakeActions actions;
        EXPECT_EQ(body(session, mail, actions).verb, Verb::Continue);
        return actions.calls.empty() ? std::string() : actions.calls[0];
    };
    EXPECT_EQ(sender_of("<alice@org.example>", "local", "org.example"), "sender alice+smarttls-dane@org.example RET=HDRS");
    EXPECT_EQ(sender_of("<alice@tenant.example>", "smtp", "tenant.example"), "sender alice+smarttls-dane-dsn@tenant.example RET=HDRS");
    EXPECT_EQ(sender_of("<alice@tenant.example>", "smtp", "[192.0.2.1]"), "sender alice+smarttls-dane-dsn@tenant.example RET=HDRS");
    EXPECT_EQ(sender_of("<alice@alias.example>", "error", "x"), "sender alice+smarttls-dane-dsn@alias.example RET=HDRS");
    EXPECT_EQ(sender_of("alice@org.example", "", ""), "sender alice+smarttls-dane@org.example RET=HDRS") << "sendmail(1)";
    EXPECT_EQ(sender_of("alice@tenant.example", "", ""), "sender alice+smarttls-dane-dsn@tenant.example RET=HDRS");
}

TEST_F(SessionTest, CarriesSeveralMessagesThatKnowNothingOfEachOther) {
    Session session = connect();
    Mail marked;
    Mail unmarked;
    unmarked.headers = {{"Subject", "x"}};
    for (int round = 0; round < 2; ++round) {
        test::FakeActions first;
        envelope(session, marked);
        headers(session, marked);
        EXPECT_EQ(body(session, marked, first).verb, Verb::Continue);
        EXPECT_EQ(first.calls.front(), "sender alice+smarttls-dane@org.example RET=HDRS");
        test::FakeActions second;
        envelope(session, unmarked);
        headers(session, unmarked);
        EXPECT_EQ(body(session, unmarked, second).verb, Verb::Continue);
        EXPECT_EQ(second.calls, Calls{});
    }
    EXPECT_EQ(evidence().size(), 2U);
}

TEST_F(SessionTest, ForgetsAnAbortedMessageAtEveryStage) {
    Session session = connect();
    const Mail mail;
    session.on_abort();
    for (int stage = 0; stage < 3; ++stage) {
        envelope(session, mail);
        if (stage > 0) session.on_header("X-SmartTLS-Class", "nta7516");
        if (stage > 1) session.on_end_of_headers();
        session.on_abort();
        test::FakeActions actions;
        Mail next;
        next.headers = {};
        envelope(session, next);
        headers(session, next);
        EXPECT_EQ(body(session, next, actions).verb, Verb::Continue);
        EXPECT_EQ(actions.calls, Calls{}) << "stage " << stage;
    }
    EXPECT_EQ(evidence().size(), 0U);
}

TEST_F(SessionTest, CanBeClosedAtEveryStage) {
    const Mail mail;
    for (int stage = 0; stage < 4; ++stage) {
        Session session = connect();
        if (stage > 0) envelope(session, mail);
        if (stage > 1) session.on_header("X-SmartTLS-Class", "nta7516");
        if (stage > 2) session.on_end_of_headers();
    }
    EXPECT_EQ(evidence().size(), 0U);
    EXPECT_TRUE(store::test::eventually([&] { return engine_->connections() == 1; }))
        << "only the last one had asked";
}

TEST_F(SessionTest, DefersAnEndOfMessageWithoutAMessage) {
    Session session = connect();
    session.on_header("X-SmartTLS-Class", "nta7516");
    session.on_end_of_headers();
    session.on_body({});
    const Disposition answer = body(session, {}, actions_);
    EXPECT_EQ(answer.verb, Verb::Tempfail);
    EXPECT_EQ(answer.enhanced, "4.3.0");
}

TEST_F(SessionTest, EndsAMessageOnce) {
    Session session = connect();
    const Mail mail;
    envelope(session, mail);
    headers(session, mail);
    EXPECT_EQ(body(session, mail, actions_).verb, Verb::Continue);
    EXPECT_EQ(body(session, mail, actions_).verb, Verb::Tempfail);
    EXPECT_EQ(evidence().size(), 1U);
}

TEST_F(SessionTest, ReportsToTheProofWhatTheMtaSaidForItsSender) {
    Session session = connect();
    Mail canary;
    canary.sender = "<canary-nonce+smarttls-dane@gw.example>";
    canary.recipients = {{"<probe@example.invalid>", "smarttls-dane", "example.invalid"}};
    envelope(session, canary);
    session.on_abort();
    EXPECT_EQ(proof_.seen, Calls{"canary-nonce+smarttls-dane@gw.example by smarttls-dane"});
    envelope(session, Mail{});
    EXPECT_EQ(proof_.seen.size(), 1U) << "the next sender is somebody else";
}

TEST_F(SessionTest, ReportsNobodyElseToTheProof) {
    Session session = connect();
    Mail forged;
    forged.sender = "<canary-other+smarttls-dane@gw.example>";
    envelope(session, forged);
    EXPECT_EQ(proof_.seen, Calls{});
}

TEST_F(SessionTest, RecordsAMessageWithoutAQueueId) {
    Mail mail;
    mail.queue_id = "";
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    const auto found = store_.reader()->search({}, 10).value();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].record.queue_id, "");
    EXPECT_EQ(found[0].record.outcome, "direct");
}

}  // namespace
}  // namespace smarttls::milter
