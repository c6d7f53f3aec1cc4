// SPDX-License-Identifier: Apache-2.0
//
// The few operations on ASCII text that protocols need and the standard library lacks. None of them
// looks at the locale: mail and DNS compare bytes.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smarttls::policy {

[[nodiscard]] constexpr bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
[[nodiscard]] constexpr char to_lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right);

/// Without spaces, tabs, CR and LF at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Pieces between separators, empty ones included; the empty text has one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

[[nodiscard]] std::string join(const std::vector<std::string>& pieces, std::string_view separator);

/// In double quotes, control bytes and bytes above 126 as \xHH, cut after `longest` bytes: safe for
/// logs and replies whoever wrote the text.
[[nodiscard]] std::string quote(std::string_view text, std::size_t longest = 200);

/// The candidate with the least edit distance to `word`, or nothing when none is near.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace smarttls::policy
