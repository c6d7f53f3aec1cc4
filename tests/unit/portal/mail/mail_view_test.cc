// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/mail_view.h"

#include <gtest/gtest.h>

#include "tests/unit/portal/mail/mail_sample.h"

namespace smarttls::portal {
namespace {

MailView view_of(std::string mail) {
    const auto view = read_mail(pieces_from(std::move(mail), 1000));
    EXPECT_TRUE(view);
    return *view;
}

TEST(MailView, ShowsHeaderTextAndAttachments) {
    const MailView view = view_of(std::string(kNestedMail));
    EXPECT_EQ(view.from, "Jörg <jorg@org.example>");
    EXPECT_EQ(view.to, "bob@home.example");
    EXPECT_EQ(view.subject, "Uitslag – nieuws");
    EXPECT_EQ(view.message_id, "<1@org.example>");
    ASSERT_TRUE(view.date);
    EXPECT_EQ(view.date->time_since_epoch().count(), 1795439100);
    ASSERT_EQ(view.blocks.size(), 1U);
    EXPECT_EQ(view.blocks[0].text, "plain");
    EXPECT_EQ(view.blocks[0].html, "<b>html</b>");
    ASSERT_EQ(view.attachments.size(), 2U);
    EXPECT_EQ(view.attachments[0].content_id, "logo@org");
    EXPECT_FALSE(view.attachments[0].is_shown);  // the HTML does not refer to it
    EXPECT_EQ(view.attachments[1].file_name, "brief.pdf");
    EXPECT_EQ(view.attachments[1].size, 5U);
    EXPECT_FALSE(view.is_cut);
}

TEST(MailView, APictureOfTheHtmlIsNoAttachmentToTheReader) {
    std::string mail(kNestedMail);
    mail.replace(mail.find("<b>html</b>"), 11, "<img src=\"cid:logo@org\">");
    EXPECT_TRUE(view_of(mail).attachments[0].is_shown);
    EXPECT_EQ(view_of(mail).images.at("logo@org").bytes, "PNG");
}

TEST(MailView, TextsOneBehindTheOtherAreAllShown) {
    const MailView view = view_of(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>footer\r\n--b--\r\n");
    ASSERT_EQ(view.blocks.size(), 2U);
    EXPECT_EQ(view.blocks[0].text, "body");
    EXPECT_EQ(view.blocks[1].html, "<p>footer");
    EXPECT_TRUE(view.has_html());
}

TEST(MailView, TextIsDecodedAndBounded) {
    EXPECT_EQ(view_of("Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\ncaf=E9=\r\n!").blocks[0].text, "café!");
    const MailView large = view_of("\r\n" + std::string(kMostShown + 1, 'x'));
    EXPECT_EQ(large.blocks[0].text.size(), kMostShown);
    EXPECT_TRUE(large.is_cut);
    EXPECT_FALSE(view_of("\r\n" + std::string(kMostShown, 'x')).is_cut);
}

TEST(MailView, PicturesAreBounded) {
    std::string mail = "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src=cid:1><img src=cid:2>";
    for (const char* id : {"1", "2"}) {
        mail += "\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <" + std::string(id) + ">\r\n\r\n" + std::string(kMostImages - 10, 'x');
    }
    const MailView view = view_of(mail + "\r\n--b--\r\n");
    EXPECT_EQ(view.images.size(), 1U);
    EXPECT_TRUE(view.attachments[0].is_shown);
    EXPECT_FALSE(view.attachments[1].is_shown);
}

TEST(MailView, AnAttachmentStreamsDecoded) {
    const std::string mail =
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody\r\n--b\r\nContent-Type: a/b\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8g\r\nd29ybGQ=\r\n--b\r\n\r\nlast\r\n--b--\r\n";
    EXPECT_EQ(all_of(part_pieces(pieces_from(mail, 3), 2)), "hello world");
    EXPECT_EQ(all_of(part_pieces(pieces_from(mail, 3), 3)), "last");
    EXPECT_EQ(all_of(part_pieces(pieces_from(mail, 3), 4)), "");
    EXPECT_EQ(view_of(mail).attachments[0].size, 11U);
}

TEST(MailView, AnErrorOfTheSourceIsTheAnswer) {
    const Pieces broken = [] { return policy::Result<std::string>(policy::fail(policy::ErrorKind::Corrupt, "torn")); };
    EXPECT_EQ(read_mail(broken).error().kind, policy::ErrorKind::Corrupt);
    EXPECT_FALSE(part_pieces(broken, 1)());
}

}  // namespace
}  // namespace smarttls::portal
