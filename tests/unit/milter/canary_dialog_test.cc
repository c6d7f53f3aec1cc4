// SPDX-License-Identifier: Apache-2.0
#include "milter/canary_dialog.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/fake_mta.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using store::test::soon;
using test::FakeMta;
using Commands = std::vector<std::string>;

/// The usual MTA, but for commands that begin with `command`.
FakeMta::Reply except(const std::string& command, const std::string& reply) {
    return [=](const std::string& text) {
        const bool other = command.empty() ? text.empty() : text.starts_with(command);
        return other ? reply : FakeMta::usual(text);
    };
}

policy::Result<void> one_transaction(const FakeMta& mta, policy::Deadline deadline = soon()) {
    auto dialog = CanaryDialog::open(mta.endpoint(), deadline);
    if (!dialog) return tl::unexpected(dialog.error());
    auto done = dialog->transaction("a+smarttls-dane@gw.example", "probe@example.invalid", deadline);
    if (done) dialog->quit(deadline);
    return done;
}

TEST(CanaryDialog, AsksAndResetsAndNeverBeginsAMessage) {
    FakeMta mta(FakeMta::usual);
    const auto done = one_transaction(mta);
    ASSERT_TRUE(done) << done.error().what;
    EXPECT_EQ(mta.commands(), (Commands{"EHLO [127.0.0.1]", "MAIL FROM:<a+smarttls-dane@gw.example>",
                                        "RCPT TO:<probe@example.invalid>", "RSET", "QUIT"}));
}

TEST(CanaryDialog, LearnsTheServersNameFromItsGreeting) {
    const std::pair<std::string, std::string> rows[] = {
        {"220 GW.Example ESMTP\r\n", "gw.example"},
        {"220-hello\r\n220 gw.example ESMTP\r\n", "localhost"},
        {"220 \r\n", "localhost"},
        {"220\r\n", "localhost"},
        {"220 [127.0.0.1] x\r\n", "localhost"},
        {"220 gw<x>y ESMTP\n", "localhost"},
    };
    for (const auto& [banner, name] : rows) {
        FakeMta mta(except("", banner));
        const auto dialog = CanaryDialog::open(mta.endpoint(), soon());
        ASSERT_TRUE(dialog) << banner << dialog.error().what;
        EXPECT_EQ(dialog->server_name(), name) << banner;
    }
}

TEST(CanaryDialog, TakesA4xxAsTemporaryAndA5xxAsMisconfigured) {
    const std::tuple<std::string, std::string, ErrorKind, std::string> rows[] = {
        {"", "421 busy\r\n", ErrorKind::Temporary, "greeting: was answered with \"421 busy\""},
        {"", "554 no\r\n", ErrorKind::Misconfigured, "greeting: was answered with \"554 no\""},
        {"EHLO", "502 no\r\n", ErrorKind::Misconfigured, "EHLO: was answered with \"502 no\""},
        {"MAIL", "451 later\r\n", ErrorKind::Temporary, "MAIL FROM: was answered with \"451 later\""},
        {"MAIL", "550 no\r\n", ErrorKind::Misconfigured, "MAIL FROM: was answered with \"550 no\""},
        {"RCPT", "450 later\r\n", ErrorKind::Temporary,
         "RCPT TO:<probe@example.invalid> (canary-recipient): was answered with \"450 later\""},
        {"RCPT", "554-a\r\n554 b\r\n", ErrorKind::Misconfigured,
         "RCPT TO:<probe@example.invalid> (canary-recipient): was answered with \"554-a\""},
        {"RSET", "503 no\r\n", ErrorKind::Misconfigured, "RSET: was answered with \"503 no\""},
        {"RCPT", "354 go on\r\n", ErrorKind::Temporary,
         "RCPT TO:<probe@example.invalid> (canary-recipient): was answered with \"354 go on\""},
    };
    for (const auto& [command, reply, kind, what] : rows) {
        FakeMta mta(except(command, reply));
        const auto done = one_transaction(mta);
        ASSERT_FALSE(done) << command << reply;
        EXPECT_EQ(done.error().kind, kind) << reply;
        EXPECT_EQ(done.error().what, what);
    }
}

TEST(CanaryDialog, ResetsAlsoAfterARefusedRecipient) {
    FakeMta mta(except("RCPT", "550 no\r\n"));
    EXPECT_FALSE(one_transaction(mta));
    ASSERT_FALSE(mta.commands().empty());
    EXPECT_EQ(mta.commands().back(), "RSET");
}

TEST(CanaryDialog, TakesNonsenseAsTemporary) {
    for (const std::string& reply : {std::string("no\r\n"), std::string("\r\n"), std::string("HTTP/1.1 400 Bad\r\n"),
                                     std::string(100'000, 'a'), std::string("250-x\r\n").append(100'000, 'b')}) {
        FakeMta mta(except("MAIL", reply));
        const auto done = one_transaction(mta);
        ASSERT_FALSE(done) << reply.substr(0, 20);
        EXPECT_EQ(done.error().kind, ErrorKind::Temporary) << done.error().what;
    }
}

TEST(CanaryDialog, TakesAClosedConnectionAsTemporary) {
    for (const std::string command : {"", "EHLO", "MAIL", "RCPT", "RSET"}) {
        FakeMta mta(except(command, ""));
        const auto done = one_transaction(mta);
        ASSERT_FALSE(done) << command;
        EXPECT_EQ(done.error().kind, ErrorKind::Temporary);
    }
}

TEST(CanaryDialog, DoesNotWaitForAGoodbye) {
    FakeMta mta(except("QUIT", ""));
    EXPECT_TRUE(one_transaction(mta));
}

TEST(CanaryDialog, WaitsNoLongerThanItsDeadline) {
    for (const std::string command : {"", "EHLO", "RCPT"}) {
        FakeMta mta(except(command, std::string(FakeMta::kSilence)));
        const auto done = one_transaction(mta, soon(std::chrono::milliseconds(50)));
        ASSERT_FALSE(done) << command;
        EXPECT_EQ(done.error().kind, ErrorKind::Temporary);
        EXPECT_NE(done.error().what.find("no answer in time"), std::string::npos) << done.error().what;
    }
}

TEST(CanaryDialog, SaysThatNobodyListens) {
    std::optional<FakeMta> gone(FakeMta::usual);
    const policy::Endpoint endpoint = gone->endpoint();
    gone.reset();
    const auto dialog = CanaryDialog::open(endpoint, soon());
    ASSERT_FALSE(dialog);
    EXPECT_EQ(dialog.error().kind, ErrorKind::Temporary);
    EXPECT_EQ(dialog.error().what, "Connection refused");
}

TEST(CanaryDialog, ReadsRepliesThatComeInPieces) {
    FakeMta mta([](const std::string& command) {
        // Two replies at once: the second waits in the buffer for its command.
        if (command.starts_with("MAIL")) return std::string("250 ok\r\n250 early\r\n");
        if (command.starts_with("RCPT")) return std::string(FakeMta::kSilence);
        return FakeMta::usual(command);
    });
    EXPECT_TRUE(one_transaction(mta));
}

}  // namespace
}  // namespace smarttls::milter
