// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/mail_part.h"

#include <gtest/gtest.h>

#include "policy/utf8.h"

namespace smarttls::portal {
namespace {

MailPart typed(const std::string& type, const std::string& disposition = "") {
    return read_part({{"content-type", type}, {"content-disposition", disposition}});
}

TEST(MailPart, ReadsTypesAndTheirParameters) {
    const MailPart part = typed(" Text/HTML; charset=\"ISO-8859-1\"");
    EXPECT_EQ(part.type, "text/html");
    EXPECT_EQ(part.charset, "ISO-8859-1");
    EXPECT_EQ(typed("multipart/mixed; boundary=\"a b\"").boundary, "a b");
    EXPECT_EQ(read_part({}).type, "text/plain");
    EXPECT_EQ(typed("nonsense").type, "application/octet-stream");
    EXPECT_EQ(typed("text/<script>").type, "application/octet-stream");
    EXPECT_EQ(typed("multipart/mixed; boundary=" + std::string(500, 'b')).boundary, "");
}

TEST(MailPart, ReadsNamesHoweverTheyAreWritten) {
    EXPECT_EQ(typed("a/b", "attachment; filename=brief.pdf").file_name, "brief.pdf");
    EXPECT_EQ(typed("a/b", "attachment; filename*=utf-8''na%C3%AFef.pdf").file_name, "naïef.pdf");
    EXPECT_EQ(typed("a/b", "attachment; filename*0=\"een \"; filename*1=\"brief.pdf\"").file_name, "een brief.pdf");
    EXPECT_EQ(typed("a/b", "attachment; filename=\"=?utf-8?Q?na=C3=AFef.pdf?=\"").file_name, "naïef.pdf");
    EXPECT_EQ(typed("a/b; name=\"x.pdf\"").file_name, "x.pdf");
}

TEST(MailPart, WhatIsNotInlineIsAnAttachment) {
    EXPECT_TRUE(typed("a/b", "attachment").is_attachment);
    EXPECT_TRUE(typed("a/b", "strange").is_attachment);
    EXPECT_FALSE(typed("a/b", "inline; filename=x").is_attachment);
    EXPECT_FALSE(typed("a/b").is_attachment);
}

TEST(MailPart, ContentIdLosesItsBrackets) {
    EXPECT_EQ(read_part({{"content-id", " <logo@org>\t"}}).content_id, "logo@org");
}

TEST(MailPart, FileNamesAreSafe) {
    EXPECT_EQ(safe_file_name("../../etc/passwd"), "_.._etc_passwd");
    EXPECT_EQ(safe_file_name("C:\\Windows\\x.exe"), "C__Windows_x.exe");
    EXPECT_EQ(safe_file_name("invoice\xE2\x80\xAEgpj.exe"), "invoicegpj.exe");
    EXPECT_EQ(safe_file_name("a\r\nSet-Cookie: x=y.pdf"), "a Set-Cookie_ x=y.pdf");
    EXPECT_EQ(safe_file_name(".htaccess. "), "htaccess");
    EXPECT_EQ(safe_file_name("<img onerror=\"x\">.html"), "_img onerror=_x__.html");
    const std::string longer = safe_file_name(std::string(500, 'a') + "é.pdf");
    EXPECT_LE(longer.size(), 120U);
    EXPECT_TRUE(longer.ends_with(".pdf"));
    for (std::size_t length = 100; length < 140; ++length) {
        EXPECT_TRUE(policy::is_utf8(safe_file_name(std::string(length, 'a') + "ééééé"))) << length;
    }
    EXPECT_EQ(safe_file_name(std::string_view("\xff\xfe bad", 6)), "ÿþ bad");
}

TEST(MailPart, HeaderWordsAreOneLineOfText) {
    EXPECT_EQ(decoded_words(" =?utf-8?B?VWl0c2xhZw==?= =?iso-8859-1?Q?_=E9?="), "Uitslag é");
    EXPECT_EQ(decoded_words("=?utf-8?Q?a=0D=0ABcc:_x=1By?="), "a Bcc: x y");
    EXPECT_EQ(decoded_words("raw \xE9 byte").substr(0, 4), "raw ");
    EXPECT_TRUE(policy::is_utf8(decoded_words("raw \xE9 byte")));
}

TEST(MailPart, TextOfEveryCharsetBecomesUtf8) {
    EXPECT_EQ(to_utf8("caf\xE9", "iso-8859-1"), "café");
    EXPECT_EQ(to_utf8("caf\xE9", "klingon"), "café");
    EXPECT_EQ(to_utf8("caf\xE9", ""), "café");
    EXPECT_EQ(to_utf8("café", "us-ascii"), "café");
    EXPECT_EQ(to_utf8("caf\xE9", "utf-8"), "caf\xEF\xBF\xBD");
    EXPECT_EQ(to_utf8(std::string("\0c\0a", 4), "utf-16be"), "ca");
    EXPECT_EQ(to_utf8("", "utf-7"), "");
}

}  // namespace
}  // namespace smarttls::portal
