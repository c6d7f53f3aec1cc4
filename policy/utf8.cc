// SPDX-License-Identifier: Apache-2.0
#include "policy/utf8.h"

#include <array>

namespace smarttls::policy {
namespace {

/// Least value of a sequence of 1 to 4 bytes; anything less is an overlong form (RFC 3629 §3).
constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};

std::size_t sequence_size(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    if (first >= 0xf0 && first < 0xf5) return 4;
    return 0;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t size = sequence_size(first);
    if (size == 0 || size > text.size()) return {};
    if (size == 1) return {first, 1, true};
    char32_t value = first & (0x7fU >> size);
    for (std::size_t index = 1; index < size; ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        if ((byte & 0xc0) != 0x80) return {};
        value = value << 6 | (byte & 0x3fU);
    }
    const bool surrogate = value >= 0xd800 && value < 0xe000;
    if (value < kLeast[size] || value > 0x10ffff || surrogate) return {};
    return {value, size, true};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        if (!point.valid) return false;
        text.remove_prefix(point.size);
    }
    return true;
}

}  // namespace smarttls::policy
