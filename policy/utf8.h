// SPDX-License-Identifier: Apache-2.0
//
// The code points of a text that claims to be UTF-8 (RFC 3629) and may be anything.
//
//     while (!text.empty()) { const CodePoint point = first_code_point(text); text.remove_prefix(point.size); }
//     if (!is_utf8(text)) ...
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace smarttls::policy {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 1;  // bytes; one when they are not UTF-8
    bool valid = false;
};

/// Of a text that is not empty.
[[nodiscard]] CodePoint first_code_point(std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace smarttls::policy
