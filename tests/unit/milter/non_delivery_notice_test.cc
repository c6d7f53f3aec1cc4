// SPDX-License-Identifier: Apache-2.0
#include "milter/non_delivery_notice.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

using std::chrono_literals::operator""y;

const HeaderFields kFields{{"From", "alice@org.example"},
                           {"Subject", "the diagnosis"},
                           {"Date", "Mon, 23 Nov 2026 12:00:00 +0100"},
                           {"Message-ID", "<1@client>"}};

NonDelivery notice() {
    NonDelivery one;
    one.id = "smarttls.0123456789abcdef";
    one.reporting_mta = "gw.org.example";
    one.sender = "alice@org.example";
    one.arrived = std::chrono::sys_days(2026y / 11 / 23);
    one.recipient = "carol@plaintext.example";
    one.code = "550";
    one.status = "5.7.4";
    one.explanation = "Mail to carol@plaintext.example is refused: mx.plaintext.example offers no STARTTLS";
    return one;
}

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

TEST(NonDeliveryNotice, IsAReportThatPeopleAndProgramsUnderstand) {
    const std::string text = non_delivery_notice(notice(), kFields);
    for (const char* piece :
         {"From: Mail Delivery System <MAILER-DAEMON@gw.org.example>\r\n", "To: <alice@org.example>\r\n",
          "Auto-Submitted: auto-replied\r\n", "Date: Mon, 23 Nov 2026 00:00:00 +0000\r\n",
          "Message-ID: <smarttls.0123456789abcdef@gw.org.example>\r\n",
          "Content-Type: multipart/report; report-type=delivery-status;\r\n",
          "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; gw.org.example\r\n",
          "\r\n\r\nFinal-Recipient: rfc822; carol@plaintext.example\r\nAction: failed\r\nStatus: 5.7.4\r\n",
          "Diagnostic-Code: smtp; 550 5.7.4 Mail to carol@plaintext.example is refused:\r\n mx.plaintext.example",
          "    carol@plaintext.example\r\n"}) {
        EXPECT_TRUE(has(text, piece)) << piece << "\n" << text;
    }
    EXPECT_TRUE(text.ends_with("--=_smarttls.0123456789abcdef--\r\n"));
}

TEST(NonDeliveryNotice, TellsNothingOfTheMessageButItsNames) {
    const std::string text = non_delivery_notice(notice(), kFields);
    EXPECT_TRUE(has(text, "\r\nMessage-ID: <1@client>\r\n"));
    EXPECT_TRUE(has(text, "\r\nDate: Mon, 23 Nov 2026 12:00:00 +0100\r\n"));
    EXPECT_FALSE(has(text, "diagnosis"));
}

TEST(NonDeliveryNotice, GivesBackWhatTheClientAskedFor) {
    NonDelivery one = notice();
    one.envelope_id = "Q+2B1";
    one.original_recipient = "rfc822;Carol+2Bx@plaintext.example";
    const std::string text = non_delivery_notice(one, kFields);
    EXPECT_TRUE(has(text, "Original-Envelope-Id: Q+1\r\n")) << text;
    EXPECT_TRUE(has(text, "Original-Recipient: rfc822; Carol+x@plaintext.example\r\nFinal-Recipient:")) << text;
}

TEST(NonDeliveryNotice, IsAsciiWhateverTheAddressHolds) {
    NonDelivery one = notice();
    one.recipient = "j\xc3\xb6rg@b\xf0\x9f\x98\x80.example";
    one.explanation = "Mail to " + one.recipient + " is refused";
    const std::string text = non_delivery_notice(one, kFields);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; }));
    EXPECT_TRUE(has(text, "Final-Recipient: utf-8; j\\x{F6}rg@b\\x{1F600}.example\r\n")) << text;
    EXPECT_TRUE(has(text, "    j=C3=B6rg@b=F0=9F=98=80.example\r\n")) << text;
}

TEST(NonDeliveryNotice, NothingFromOutsideBeginsALine) {
    NonDelivery one = notice();
    one.recipient = "a\r\nBcc: x@y@plaintext.example";
    one.sender = "b\r\nBcc: x@y";
    one.original_recipient = "rfc822;c+0D+0ABcc: x";
    one.envelope_id = "d+0D+0ABcc:x";
    one.reporting_mta = "e\r\nBcc: x";
    one.explanation = "f\r\nBcc: x";
    HeaderFields fields = kFields;
    fields.back().second = "<g\r\nBcc: x@y>";
    EXPECT_FALSE(has(non_delivery_notice(one, fields), "\nBcc"));
}

TEST(NonDeliveryNotice, LinesStayWithinBounds) {
    NonDelivery one = notice();
    one.explanation = std::string(400, 'x') + " " + std::string(3000, 'y');
    const std::string text = non_delivery_notice(one, kFields);
    for (const std::string_view line : policy::split(text, '\n')) {
        EXPECT_LE(line.size(), 998U) << line;  // RFC 5322 §2.1.1
    }
}

}  // namespace
}  // namespace smarttls::milter
