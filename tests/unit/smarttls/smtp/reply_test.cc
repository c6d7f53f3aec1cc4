// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/reply.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using State = ReplyParser::State;

struct Case {
    const char* about;
    std::string bytes;
    State state;
    int code;
    std::vector<std::string> lines;
    std::size_t left;  // bytes behind the reply
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"one line", "220 mx ESMTP\r\n", State::Complete, 220, {"mx ESMTP"}, 0},
        {"no text", "250\r\n", State::Complete, 250, {""}, 0},
        {"blank text", "250 \r\n", State::Complete, 250, {""}, 0},
        {"two lines", "250-mx\r\n250 STARTTLS\r\n", State::Complete, 250, {"mx", "STARTTLS"}, 0},
        {"bare LF", "250-mx\n250 STARTTLS\n", State::Complete, 250, {"mx", "STARTTLS"}, 0},
        {"bytes behind", "220 go\r\n250 x\r\n", State::Complete, 220, {"go"}, 7},
        {"Latin-1", "220 caf\xe9\r\n", State::Complete, 220, {"caf\xe9"}, 0},
        {"TAB", "220 a\tb\r\n", State::Complete, 220, {"a\tb"}, 0},
        {"unfinished", "250-mx\r\n", State::NeedMore, 250, {"mx"}, 0},
        {"another code", "250-mx\r\n220 x\r\n", State::Malformed, 0, {}, 0},
        {"two digits", "25 x\r\n", State::Malformed, 0, {}, 0},
        {"four digits", "2500 x\r\n", State::Malformed, 0, {}, 0},
        {"code 199", "199 x\r\n", State::Malformed, 0, {}, 0},
        {"code 600", "600 x\r\n", State::Malformed, 0, {}, 0},
        {"empty line", "\r\n", State::Malformed, 0, {}, 0},
        {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", State::Malformed, 0, {}, 0},
        {"NUL", std::string("220 a\0b\r\n", 9), State::Malformed, 0, {}, 3},
        {"escape", "220 \x1b[2J\r\n", State::Malformed, 0, {}, 5},
        {"bare CR", "220 a\rb\r\n", State::Malformed, 0, {}, 2},
    };
    return all;
}

void expect(const Case& wanted, const ReplyParser& parser) {
    ASSERT_EQ(parser.state(), wanted.state) << wanted.about;
    if (wanted.state == State::Malformed) return;
    EXPECT_EQ(parser.reply().code, wanted.code) << wanted.about;
    EXPECT_EQ(parser.reply().lines, wanted.lines) << wanted.about;
}

TEST(ReplyParser, ReadsRepliesAndRefusesWhatIsNone) {
    for (const Case& one : cases()) {
        ReplyParser parser;
        const std::size_t taken = parser.feed(one.bytes);
        expect(one, parser);
        EXPECT_EQ(one.bytes.size() - taken, one.left) << one.about;
    }
}

TEST(ReplyParser, DoesNotCareWhereTheBytesAreSplit) {
    for (const Case& one : cases()) {
        for (std::size_t cut = 0; cut <= one.bytes.size(); ++cut) {
            ReplyParser parser;
            std::size_t taken = parser.feed(std::string_view(one.bytes).substr(0, cut));
            if (taken == cut) taken += parser.feed(std::string_view(one.bytes).substr(cut));
            expect(one, parser);
            EXPECT_EQ(one.bytes.size() - taken, one.left) << one.about << ", cut at " << cut;
        }
    }
}

TEST(ReplyParser, TakesALineOf2048BytesAndNotOneMore) {
    const std::string text(ReplyParser::kLongestLine - 6, 'x');  // "220 " and CRLF are six
    ReplyParser fits;
    fits.feed("220 " + text + "\r\n");
    EXPECT_EQ(fits.state(), State::Complete);
    ReplyParser too_long;
    too_long.feed("220 " + text + "x\r\n");
    EXPECT_EQ(too_long.state(), State::Malformed);
}

TEST(ReplyParser, NeverKeepsMoreThanALineOfWhatHasNoEnd) {
    ReplyParser parser;
    const std::size_t taken = parser.feed(std::string(1'000'000, '2'));
    EXPECT_EQ(parser.state(), State::Malformed);
    EXPECT_LE(taken, ReplyParser::kLongestLine);
}

TEST(ReplyParser, Takes128LinesAndNotOneMore) {
    std::string lines;
    for (std::size_t i = 0; i + 1 < ReplyParser::kMostLines; ++i) lines += "250-x\r\n";
    ReplyParser fits;
    fits.feed(lines + "250 x\r\n");
    EXPECT_EQ(fits.state(), State::Complete);
    ReplyParser too_many;
    too_many.feed(lines + "250-x\r\n250 x\r\n");
    EXPECT_EQ(too_many.state(), State::Malformed);
}

}  // namespace
}  // namespace smarttls::engine
