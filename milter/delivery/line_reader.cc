// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/line_reader.h"

#include <algorithm>
#include <charconv>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

/// Postfix's ids, short and long, and Sendmail's, are of digits and letters.
bool is_id_byte(char byte) {
    return policy::is_digit(byte) || (policy::to_lower(byte) >= 'a' && policy::to_lower(byte) <= 'z');
}

/// Where the '>' of an address stands that begins at 0; npos when it does not end.
std::size_t end_of_address(std::string_view text) {
    char until = 0;  // the end of the quoted string or domain literal that we are in
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i];
        if (until != 0) {
            if (byte == '\\') ++i;  // RFC 5322 §3.2.1: a quoted pair
            if (byte == until) until = 0;
        } else if (byte == '"') {
            until = '"';
        } else if (byte == '[') {
            until = ']';
        } else if (byte == '>' || byte == ' ' || byte == ',') {
            return byte == '>' ? i : std::string_view::npos;
        }
    }
    return std::string_view::npos;
}

}  // namespace

bool LineReader::take(std::string_view literal) {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
}

std::optional<std::string_view> LineReader::take_until(std::string_view end) {
    const std::size_t size = rest_.find(end);
    if (size == std::string_view::npos) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size + end.size());
    return taken;
}

std::optional<std::string_view> LineReader::take_word_until(std::string_view end) {
    const std::size_t size = rest_.find(end);
    const std::string_view word = rest_.substr(0, size);
    if (size == std::string_view::npos || word.empty() ||
        word.find_first_of(" ,()") != std::string_view::npos) {
        return {};
    }
    rest_.remove_prefix(size + end.size());
    return word;
}

std::optional<std::string_view> LineReader::take_address() {
    const std::size_t size = end_of_address(rest_);
    if (size == std::string_view::npos) return {};
    const std::string_view address = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return address;
}

std::optional<std::string_view> LineReader::take_queue_id() {
    constexpr std::size_t kShortest = 5;  // Postfix's short ids have no fixed length: 5 of time, then the inode
    constexpr std::size_t kLongest = 60;
    const auto size = static_cast<std::size_t>(
        std::find_if_not(rest_.begin(), rest_.end(), is_id_byte) - rest_.begin());
    if (size < kShortest || size > kLongest || !rest_.substr(size).starts_with(": ")) return {};
    const std::string_view id = rest_.substr(0, size);
    rest_.remove_prefix(size + 2);
    return id;
}

std::optional<int> LineReader::take_number() {
    int value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{} || value < 0) return {};
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
}

}  // namespace smarttls::milter
