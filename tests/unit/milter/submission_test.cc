// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mta/submission.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/fake_mta.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

using mta::submit;
using policy::ErrorKind;
using store::test::soon;
using test::FakeMta;
using Lines = std::vector<std::string>;

TEST(Submission, SendsTheMessageFromTheNullSender) {
    FakeMta mta(FakeMta::usual);
    const auto reply = submit(mta.endpoint(), {"", "alice@org.example"}, "Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n", soon());
    ASSERT_TRUE(reply) << reply.error().what;
    EXPECT_EQ(*reply, "250 2.1.0 Ok");
    EXPECT_EQ(mta.commands(), (Lines{"EHLO [127.0.0.1]", "MAIL FROM:<>", "RCPT TO:<alice@org.example>", "DATA", ".", "QUIT"}));
    EXPECT_EQ(mta.messages(), Lines{"Subject: x\r\n\r\n..dot\r\n...\r\nend\r\n"});
}

TEST(Submission, AsksForSmtputf8WhereTheAddressNeedsIt) {
    FakeMta mta(FakeMta::usual);
    EXPECT_TRUE(submit(mta.endpoint(), {"", "j\xc3\xb6rg@org.example"}, "x\r\n", soon()));
    EXPECT_EQ(mta.commands().at(1), "MAIL FROM:<> SMTPUTF8");
}

TEST(Submission, NamesASenderWhereThereIsOne) {
    FakeMta mta(FakeMta::usual);
    EXPECT_TRUE(submit(mta.endpoint(), {"pickup+7.ab@org.example", "bob@else.example"}, "x\r\n", soon()));
    EXPECT_EQ(mta.commands().at(1), "MAIL FROM:<pickup+7.ab@org.example>");
}

TEST(Submission, IsRefusedForGoodOrForNow) {
    for (const std::string step : {"", "EHLO", "MAIL", "RCPT", "DATA", "."}) {
        for (const auto& [answer, kind] : {std::pair("550 5.1.1 no such user", ErrorKind::Permanent),
                                           std::pair("451 4.3.0 later", ErrorKind::Temporary)}) {
            FakeMta mta([&, text = std::string(answer) + "\r\n"](const std::string& command) {
                const bool here = step.empty() ? command.empty() : command.starts_with(step);
                return here ? text : FakeMta::usual(command);
            });
            const auto reply = submit(mta.endpoint(), {"", "alice@org.example"}, "x\r\n", soon());
            ASSERT_FALSE(reply) << step;
            EXPECT_EQ(reply.error().kind, kind) << step;
            EXPECT_NE(reply.error().what.find(answer), std::string::npos) << reply.error().what;
        }
    }
}

TEST(Submission, AnMtaThatIsGoneOrSilentIsTriedAgain) {
    FakeMta mta([](const std::string& command) {
        return command == "." ? std::string(FakeMta::kSilence) : FakeMta::usual(command);
    });
    const auto limit = policy::Deadline::after(policy::Deadline::Clock::now(), std::chrono::milliseconds(200));
    EXPECT_EQ(submit(mta.endpoint(), {"", "alice@org.example"}, "x\r\n", limit).error().kind, ErrorKind::Temporary);
    const policy::Endpoint nobody{policy::IpAddress::parse("127.0.0.1").value(), 1};
    EXPECT_EQ(submit(nobody, {"", "alice@org.example"}, "x\r\n", soon()).error().kind, ErrorKind::Temporary);
}

}  // namespace
}  // namespace smarttls::milter
