// SPDX-License-Identifier: Apache-2.0
#include "smarttls/smtp/reply.h"

#include <algorithm>
#include <optional>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

constexpr std::size_t kCodeSize = 3;

/// The code of a reply line. The second digit is not checked: a client that acts on the first one
/// alone is what RFC 5321 §4.2.1 asks for.
std::optional<int> code_of(std::string_view line) {
    if (line.size() < kCodeSize) return std::nullopt;
    int code = 0;
    for (const char digit : line.substr(0, kCodeSize)) {
        if (!policy::is_digit(digit)) return std::nullopt;
        code = code * 10 + (digit - '0');
    }
    if (code < 200 || code > 599) return std::nullopt;
    return code;
}

/// Control bytes other than TAB have no place in a textstring (RFC 5321 §4.2). UTF-8 and Latin-1
/// are let through: a careless banner is no reason to call a server unreachable.
bool is_binary(char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return (value < 0x20 && byte != '\t') || value == 0x7f;
}

}  // namespace

std::size_t ReplyParser::feed(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && state_ == State::NeedMore) take_byte(bytes[taken++]);
    return taken;
}

void ReplyParser::take_byte(char byte) {
    const bool after_cr = !line_.empty() && line_.back() == '\r';
    ++size_;
    if (byte == '\n') {
        if (after_cr) line_.pop_back();
        take_line(line_);
        line_.clear();
    } else if (after_cr || (is_binary(byte) && byte != '\r') || line_.size() + 1 >= kLongestLine ||
               size_ == kLargestReply) {
        state_ = State::Malformed;
    } else {
        line_.push_back(byte);
    }
}

void ReplyParser::take_line(std::string_view line) {
    const std::optional<int> code = code_of(line);
    const char separator = line.size() > kCodeSize ? line[kCodeSize] : ' ';  // "250" alone: §4.2
    const bool first = reply_.lines.empty();
    if (!code || (separator != ' ' && separator != '-') || (!first && *code != reply_.code) ||
        reply_.lines.size() == kMostLines) {
        state_ = State::Malformed;
        return;
    }
    reply_.code = *code;
    reply_.lines.emplace_back(line.substr(std::min(line.size(), kCodeSize + 1)));
    if (separator == ' ') state_ = State::Complete;
}

}  // namespace smarttls::engine
