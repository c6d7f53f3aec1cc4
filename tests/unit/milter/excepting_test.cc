// SPDX-License-Identifier: Apache-2.0
//
// Mail that an exception lets through, from MAIL to end of message, with a real evidence database.
#include "milter/excepting.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "milter/exception_watch.h"
#include "store/exception_report.h"
#include "store/exceptions.h"
#include "store/outbox.h"
#include "tests/unit/milter/harness.h"

namespace smarttls::milter {
namespace {

using store::test::soon;
using test::Mail;
using test::Site;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

class ExceptingTest : public Site {
  protected:
    ExceptingTest() { services_.config.exceptions.security_contact = "security@org.example"; }

    static policy::WallTime now() {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }

    static policy::Exception exception(std::string target, std::int64_t id = 7) {
        policy::Exception one;
        one.id = id;
        one.target = std::move(target);
        one.class_name = "nta7516";
        one.waiver.level = policy::Floor::Encrypted;
        one.reason = "their gateway is old";
        one.ticket = "CHG-17";
        one.owner = "servicedesk";
        one.created = now();
        one.until = now() + 1h;
        one.state = policy::ExceptionState::Active;
        return one;
    }

    /// The id of its evidence.
    std::int64_t write(std::string_view event, const policy::Exception& one) {
        const auto id = writer_->append(store::exception_record(event, one, {"security@org.example", now(), "jan", "v"}), soon());
        EXPECT_TRUE(id) << id.error().what;
        return id.value_or(-1);
    }

    static Mail to(const std::vector<std::string>& addresses) {
        Mail mail;
        mail.recipients.clear();
        for (const std::string& address : addresses) mail.recipients.push_back({"<" + address + ">", {}, {}});
        return mail;
    }

    std::vector<std::string> recipient_changes() {
        std::vector<std::string> found;
        std::copy_if(actions_.calls.begin(), actions_.calls.end(), std::back_inserter(found),
                     [](const std::string& call) { return call.find("recipient <") != std::string::npos; });
        return found;
    }

    std::vector<std::string> told() {
        std::vector<std::string> about;
        auto outbox = store::Outbox::open(services_.config.store.evidence);
        const auto items = outbox->newest(100).value();
        for (const store::OutboxItem& item : items) about.push_back(item.about);
        std::sort(about.begin(), about.end());
        return about;
    }
};

TEST_F(ExceptingTest, TheRecipientLeavesUnderAFloorOfItsOwn) {
    write(store::kExceptionCreation, exception("bob@encrypted.example"));
    Mail mail = to({"bob@encrypted.example", "carol@dane.example"});
    mail.recipients[0].parameters = {"NOTIFY=FAILURE"};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(recipient_changes(),
              (std::vector<std::string>{"remove recipient <bob@encrypted.example>",
                                        "add recipient <bob+smarttls-to-encrypted=bob=encrypted.example@encrypted.example> "
                                        "NOTIFY=FAILURE ORCPT=rfc822;bob@encrypted.example"}));
    const auto record = only_evidence();
    EXPECT_EQ(record.floor, "dane");
    EXPECT_EQ(record.recipients[0].rule, "exception");
    EXPECT_EQ(record.recipients[0].exception, 7);
    EXPECT_EQ(record.recipients[0].floor, "encrypted");
    EXPECT_EQ(record.recipients[0].kind, "organisation");
    EXPECT_NE(record.recipients[0].explanation.find("CHG-17"), std::string::npos);
    EXPECT_EQ(record.recipients[1].exception, 0);
    EXPECT_EQ(proof_.asked_for_lower, 1);
}

TEST_F(ExceptingTest, TheClientsOwnOriginalRecipientIsKept) {
    write(store::kExceptionCreation, exception("encrypted.example"));
    Mail mail = to({"bob@encrypted.example"});
    mail.recipients[0].parameters = {"ORCPT=rfc822;Bob+2Bx@org.example"};
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    ASSERT_EQ(recipient_changes().size(), 2U);
    EXPECT_TRUE(recipient_changes()[1].ends_with(" ORCPT=rfc822;Bob+2Bx@org.example")) << recipient_changes()[1];
}

TEST_F(ExceptingTest, TheContactIsToldOfEachUseOnce) {
    write(store::kExceptionCreation, exception("encrypted.example"));
    const Mail mail = to({"bob@encrypted.example", "carol@encrypted.example"});
    EXPECT_EQ(send(mail).verb, Verb::Continue);
    EXPECT_EQ(send(mail).verb, Verb::Continue) << "the client's second attempt";
    EXPECT_EQ(told(), (std::vector<std::string>{"exception 7 created", "exception 7 used for bob@encrypted.example",
                                                "exception 7 used for carol@encrypted.example"}));
}

TEST_F(ExceptingTest, MailThatNeedsNoneAsksForNoRouteAndTellsNobody) {
    write(store::kExceptionCreation, exception("dane.example"));
    EXPECT_EQ(send(to({"bob@dane.example"})).verb, Verb::Continue);
    EXPECT_EQ(proof_.asked_for_lower, 0);
    EXPECT_EQ(recipient_changes(), std::vector<std::string>{});
    EXPECT_EQ(told(), std::vector<std::string>{"exception 7 created"});
}

TEST_F(ExceptingTest, IsDeferredWhileTheRouteOfItsFloorIsMissing) {
    write(store::kExceptionCreation, exception("encrypted.example"));
    proof_.lower_floors = policy::fail(policy::ErrorKind::Misconfigured, "transport_maps in main.cf does not ...");
    EXPECT_EQ(send(to({"bob@encrypted.example"})).verb, Verb::Tempfail);
    EXPECT_TRUE(actions_.calls.empty());
}

TEST_F(ExceptingTest, AnAddressThatCannotCarryTheFloorKeepsThatOfItsClass) {
    write(store::kExceptionCreation, exception("encrypted.example"));
    EXPECT_EQ(send(to({"\"a b\"@encrypted.example"})).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().outcome, "hold");
    EXPECT_EQ(only_evidence().recipients[0].rule, "below-level");
}

TEST_F(ExceptingTest, RevokedItHoldsNoMoreWithTheNextMessage) {
    policy::Exception one = exception("encrypted.example");
    write(store::kExceptionCreation, one);
    one.state = policy::ExceptionState::Revoked;
    EXPECT_GT(write(store::kExceptionRevocation, one), 0);
    EXPECT_EQ(write(store::kExceptionRevocation, one), 0) << "its end is final, and recorded once";
    one.state = policy::ExceptionState::Active;
    EXPECT_EQ(write(store::kExceptionApproval, one), 0);
    EXPECT_EQ(send(to({"bob@encrypted.example"})).verb, Verb::Continue);
    EXPECT_EQ(only_evidence().outcome, "hold");
    EXPECT_EQ(told(), (std::vector<std::string>{"exception 7 created", "exception 7 revoked"}));
}

TEST_F(ExceptingTest, ForgedTagsAreRefused) {
    const std::string forged = "bob+smarttls-to-encrypted=bob=encrypted.example@encrypted.example";
    EXPECT_EQ(send(to({forged})).verb, Verb::Reject);
    Mail unmarked = to({forged});
    unmarked.headers.clear();
    EXPECT_EQ(send(unmarked, "192.0.2.9").verb, Verb::Reject) << "it would leave the site's own route";
    EXPECT_EQ(send(unmarked).verb, Verb::Continue) << "a released message of our own";
}

TEST_F(ExceptingTest, TheEndIsWrittenDownOnce) {
    const std::string path = services_.config.store.evidence;
    const auto expire = [&](std::chrono::seconds later) {
        return expire_exceptions(path, "security@org.example", "v", now() + later, *writer_).value_or(-1);
    };
    write(store::kExceptionCreation, exception("encrypted.example", 7));
    policy::Exception waiting = exception("bob@encrypted.example", 8);
    waiting.state = policy::ExceptionState::Waiting;
    write(store::kExceptionCreation, waiting);
    EXPECT_EQ(expire(0s), 0);
    EXPECT_EQ(expire(2h), 2) << "one that nobody has approved ends as well";
    EXPECT_EQ(expire(3h), 0);
    EXPECT_EQ(told(), (std::vector<std::string>{"exception 7 created", "exception 7 expired", "exception 8 created",
                                                "exception 8 expired"}));
    auto exceptions = store::Exceptions::open(path);
    EXPECT_TRUE(exceptions->open_ones()->empty());
    EXPECT_EQ(exceptions->all()->size(), 2U);
}

TEST_F(ExceptingTest, AConsumerGetsThePortalWhateverTheTls) {
    auto config = policy::parse_config({{"test", "[class.nta7516]\nlevel = dane\nconsumer = portal\n"}});
    services_.config.classes = config->classes;
    services_.consumers = policy::ConsumerDomains::parse({{"list", "dane.example\n"}}).value();
    EXPECT_EQ(send(to({"bob@dane.example"})).verb, Verb::Tempfail) << "there is no key to seal with";
    EXPECT_TRUE(actions_.calls.empty());
}

}  // namespace
}  // namespace smarttls::milter
