// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/mime_walker.h"

#include <gtest/gtest.h>

#include "tests/unit/portal/mail/mail_sample.h"

namespace smarttls::portal {
namespace {

/// Leaves as lines "number type alternative|body".
class Notes : public MimeLeaves {
  public:
    void on_header(const HeaderLines& fields) override { header = fields; }
    void on_leaf(const Leaf& leaf) override {
        leaves.push_back(std::to_string(leaf.number) + " " + leaf.part.type + " " + std::to_string(leaf.alternative) + "|");
    }
    void on_body(std::string_view piece) override { leaves.back() += piece; }
    void on_leaf_end() override { ++ended; }
    HeaderLines header;
    std::vector<std::string> leaves;
    std::size_t ended = 0;
};

std::vector<std::string> leaves_of(std::string_view message, std::size_t piece = 0) {
    Notes notes;
    MimeWalker walker(notes);
    for (std::string_view rest = message; !rest.empty();) {
        const std::size_t size = piece == 0 ? rest.size() : std::min(piece, rest.size());
        walker.feed(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    walker.finish();
    EXPECT_EQ(notes.ended, notes.leaves.size());
    return notes.leaves;
}

using Lines = std::vector<std::string>;

TEST(MimeWalker, AMessageWithoutMimeIsOneText) {
    EXPECT_EQ(leaves_of("Subject: x\r\n\r\nHello\r\nyou\r\n"), Lines{"1 text/plain 0|Hello\r\nyou\r\n"});
}

TEST(MimeWalker, FindsTheLeavesOfNestedMultiparts) {
    const Lines expected{"1 text/plain 2|plain", "2 text/html 2|<b>html</b>", "3 image/png 2|PNG", "4 application/pdf 0|PDF\r\n"};
    EXPECT_EQ(leaves_of(kNestedMail), expected);
}

TEST(MimeWalker, PiecesOfAnySizeMakeTheSameLeaves) {
    const Lines whole = leaves_of(kNestedMail);
    for (std::size_t size = 1; size < 80; ++size) EXPECT_EQ(leaves_of(kNestedMail, size), whole) << size;
}

TEST(MimeWalker, TheLineEndingBeforeADelimiterBelongsToIt) {
    const std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n\n--b  \n\ntwo\n--b--\nepilogue\n";
    EXPECT_EQ(leaves_of(mail), (Lines{"1 text/plain 0|one\n", "2 text/plain 0|two"}));
}

TEST(MimeWalker, ADelimiterOfAnOuterMultipartEndsTheInnerOnes) {
    const std::string mail =
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: multipart/mixed; boundary=inner\n\n"
        "--inner\n\nunfinished\n--outer\n\nnext\n--outer--\n";
    EXPECT_EQ(leaves_of(mail), (Lines{"1 text/plain 0|unfinished", "2 text/plain 0|next"}));
}

TEST(MimeWalker, AMessageThatBreaksOffKeepsWhatItHad) {
    EXPECT_EQ(leaves_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhalf"), Lines{"1 text/plain 0|half"});
    EXPECT_EQ(leaves_of("Subject: only a header"), Lines{"1 text/plain 0|"});
    EXPECT_EQ(leaves_of(""), Lines{"1 text/plain 0|"});
}

TEST(MimeWalker, AMissingEmptyLineLosesNothing) {
    EXPECT_EQ(leaves_of("Subject: x\r\nno colon here\r\nmore\r\n"), Lines{"1 text/plain 0|no colon here\r\nmore\r\n"});
}

TEST(MimeWalker, LongLinesStayWhole) {
    const std::string line(100'000, 'x');
    EXPECT_EQ(leaves_of("A: b\r\n\r\n" + line + "\r\n"), Lines{"1 text/plain 0|" + line + "\r\n"});
    std::string with_returns = "A: b\r\n\r\n";
    for (int count = 0; count < 5000; ++count) with_returns += "x\r";
    EXPECT_EQ(leaves_of(with_returns + "\n"), leaves_of(with_returns + "\n", 7));
}

TEST(MimeWalker, BoundsTheDepthOfMultiparts) {
    std::string mail;
    for (int level = 0; level < 500; ++level) {
        const std::string name = "b" + std::to_string(level);
        mail += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
    }
    const Lines leaves = leaves_of(mail + "\ndeep\n");
    ASSERT_EQ(leaves.size(), 1U);
    EXPECT_TRUE(leaves[0].starts_with("1 multipart/mixed 0|"));
}

TEST(MimeWalker, BoundsTheNumberOfLeaves) {
    std::string mail = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int part = 0; part < 100'000; ++part) mail += "--b\n\n\n";
    EXPECT_EQ(leaves_of(mail).size(), kMostLeaves);
}

TEST(MimeWalker, BoundsTheHeader) {
    Notes notes;
    MimeWalker walker(notes);
    const std::string field = "X-Long: " + std::string(1000, 'y') + "\r\n";
    for (int count = 0; count < 10'000; ++count) walker.feed(field);
    walker.feed("Folded: a\r\n " + std::string(1'000'000, 'z') + "\r\n\r\nbody\r\n");
    walker.finish();
    std::size_t size = 0;
    for (const HeaderLine& line : notes.header) size += line.value.size();
    EXPECT_LE(size, kLongestPartHeader);
    EXPECT_EQ(notes.leaves, Lines{"1 text/plain 0|body\r\n"});
}

}  // namespace
}  // namespace smarttls::portal
