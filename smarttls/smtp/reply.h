// SPDX-License-Identifier: Apache-2.0
//
// ReplyParser: reads one SMTP reply from bytes that arrive in pieces (RFC 5321 §4.2, §4.2.1).
//
//     ReplyParser parser;
//     received.erase(0, parser.feed(received));     // what stands behind the reply stays
//     if (parser.state() == ReplyParser::State::Complete) use(parser.reply());
//
// The bytes are a stranger's: lines, length and alphabet are bounded, and after Malformed nothing
// of the reply may be used. A bare LF ends a line, as it does for Postfix; text above 126 is kept.
// Threads: one thread. Errors: State::Malformed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smarttls::engine {

struct SmtpReply {
    int code = 0;                    // 200 to 599
    std::vector<std::string> lines;  // texts behind the code, at least one
};

class ReplyParser {
  public:
    /// RFC 5321 §4.5.3.1.5 asks for 512 bytes with CRLF; Postfix reads 2048 (line_length_limit).
    static constexpr std::size_t kLongestLine = 2048;
    /// No RFC bounds the lines of a reply; EHLO replies of real servers stay below 40 lines and
    /// 2 KiB.
    static constexpr std::size_t kMostLines = 128;
    static constexpr std::size_t kLargestReply = 16'384;

    enum class State { NeedMore, Complete, Malformed };

    /// Takes bytes up to the end of the reply; returns how many it took.
    std::size_t feed(std::string_view bytes);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const SmtpReply& reply() const& { return reply_; }
    [[nodiscard]] SmtpReply reply() && { return std::move(reply_); }

  private:
    void take_byte(char byte);
    void take_line(std::string_view line);

    State state_ = State::NeedMore;
    std::string line_;
    std::size_t size_ = 0;  // bytes taken
    SmtpReply reply_;
};

}  // namespace smarttls::engine
