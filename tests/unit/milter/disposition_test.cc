// SPDX-License-Identifier: Apache-2.0
#include "milter/disposition.h"

#include <gtest/gtest.h>

namespace smarttls::milter {
namespace {

using namespace std::string_view_literals;
using policy::ErrorKind;

TEST(Disposition, OfEveryKindOfErrorIsToTryAgainLater) {
    const std::pair<ErrorKind, std::string_view> rows[] = {
        {ErrorKind::Temporary, "4.3.0"}, {ErrorKind::Permanent, "4.3.0"},
        {ErrorKind::Malformed, "4.3.0"}, {ErrorKind::Untrusted, "4.7.5"},
        {ErrorKind::Misconfigured, "4.3.5"}, {ErrorKind::Corrupt, "4.3.0"}, {ErrorKind::Bug, "4.3.0"},
        {static_cast<ErrorKind>(99), "4.3.0"},
    };
    for (const auto& [kind, enhanced] : rows) {
        const Disposition answer = disposition_of({kind, "secret detail", 0}, "The evidence store");
        EXPECT_EQ(answer.verb, Verb::Tempfail) << to_string(kind);
        EXPECT_EQ(answer.code, "451");
        EXPECT_EQ(answer.enhanced, enhanced) << to_string(kind);
        EXPECT_TRUE(answer.text.starts_with("The evidence store ")) << answer.text;
        EXPECT_EQ(answer.text.find("secret"), std::string::npos) << "the log has the rest";
    }
}

TEST(Disposition, ToProceedSaysNothing) {
    EXPECT_EQ(Disposition::proceed().verb, Verb::Continue);
    EXPECT_EQ(Disposition::proceed().text, "");
}

TEST(Disposition, ToRejectKeepsItsCodes) {
    const Disposition answer = Disposition::reject("556", "5.1.10", "no mail");
    EXPECT_EQ(answer.verb, Verb::Reject);
    EXPECT_EQ(answer.code, "556");
    EXPECT_EQ(answer.enhanced, "5.1.10");
    EXPECT_EQ(answer.text, "no mail");
}

TEST(ReplyText, DoublesPercentSignsBecauseItIsAFormat) {
    EXPECT_EQ(reply_text("100% a%s"), "100%% a%%s");
}

TEST(ReplyText, HasNoByteThatSmtpOrLibmilterRefuse) {
    EXPECT_EQ(reply_text("a\r\nb\tc\0d\x7f\xc3\xa9"sv), "a??b?c?d???");
}

TEST(Printable, KeepsPercentSignsAndIsOneLine) {
    EXPECT_EQ(printable("100% a\r\nb\xc3\xa9"sv), "100% a??b??");
    EXPECT_EQ(printable(std::string(2000, 'a')).size(), 480U);
}

TEST(ReplyText, FitsIntoOneReplyLine) {
    constexpr std::size_t kLine = 512 - sizeof("550 5.7.10 \r\n");
    EXPECT_EQ(reply_text(std::string(470, 'a')), std::string(470, 'a'));
    EXPECT_LE(reply_text(std::string(2000, 'a')).size(), kLine);
    EXPECT_LE(reply_text(std::string(2000, '%')).size(), kLine);
    EXPECT_EQ(reply_text("a" + std::string(2000, '%')).size() % 2, 1U) << "no lone % at the end";
}

}  // namespace
}  // namespace smarttls::milter
