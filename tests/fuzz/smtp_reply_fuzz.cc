// SPDX-License-Identifier: Apache-2.0
//
// What a server says on port 25. The first byte is the size of the pieces in which the rest arrives.
#include "smarttls/smtp/reply.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

using engine::ReplyParser;
using State = engine::ReplyParser::State;

/// As RFC 5321 section 4.2.1 writes it.
std::string written(const engine::SmtpReply& reply) {
    std::string text;
    for (std::size_t i = 0; i < reply.lines.size(); ++i) {
        const bool last = i + 1 == reply.lines.size();
        text += std::to_string(reply.code) + (last ? " " : "-") + reply.lines[i] + "\r\n";
    }
    return text;
}

bool equal(const ReplyParser& left, const ReplyParser& right) {
    return left.state() == right.state() && left.reply().code == right.reply().code &&
           left.reply().lines == right.reply().lines;
}

void judge_complete(const engine::SmtpReply& reply) {
    require(reply.code >= 200 && reply.code <= 599, "a code is from 200 to 599");
    require(!reply.lines.empty() && reply.lines.size() <= ReplyParser::kMostLines,
            "the number of lines is bounded");
    for (const std::string& line : reply.lines) {
        require(line.size() < ReplyParser::kLongestLine, "a line is bounded");
        require(line.find_first_of(std::string("\r\n\0", 3)) == std::string::npos,
                "a line holds no end of line and no zero");
    }
}

}  // namespace

void judge(std::string_view input) {
    const std::size_t size = take_byte(input);
    ReplyParser whole;
    const std::size_t taken = whole.feed(input);
    ReplyParser pieced;
    std::size_t taken_in_pieces = 0;
    for (const std::string_view piece : pieces_of(input, size)) taken_in_pieces += pieced.feed(piece);
    require(equal(whole, pieced), "pieces say what the whole says");
    require(taken == taken_in_pieces, "pieces end where the whole ends");
    require(taken <= input.size(), "no more is taken than was there");
    if (whole.state() == State::NeedMore) require(taken == input.size(), "it wants more: all taken");
    if (whole.state() != State::Complete) return;
    judge_complete(whole.reply());
    const std::string text = written(whole.reply());
    ReplyParser again;
    require(again.feed(text) == text.size() || text.size() > ReplyParser::kLongestLine,
            "a reply that is written is read to its end");
}

}  // namespace smarttls::fuzz
