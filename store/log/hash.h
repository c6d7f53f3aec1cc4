// SPDX-License-Identifier: Apache-2.0
//
// What the log is made of: SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), and strict Base64 (RFC
// 4648 section 4), of which each sequence of bytes has exactly one spelling.
//
//     const Hash digest = sha256(bytes_of(text));
//     Result<Hash> root = parse_hash("6ZYXc...=");
//
// Threads: pure functions. Errors: Malformed (not Base64, not of this size).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

using Hash = std::array<std::uint8_t, 32>;
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] ByteView bytes_of(std::string_view text);

/// Of the pieces, one after the other.
[[nodiscard]] Hash sha256(std::initializer_list<ByteView> pieces);
[[nodiscard]] inline Hash sha256(ByteView bytes) {
    return sha256({bytes});
}

[[nodiscard]] Hash hmac_sha256(ByteView key, ByteView message);

[[nodiscard]] std::string to_hex(ByteView bytes);
[[nodiscard]] std::string to_base64(ByteView bytes);
/// Strict: padding is there, bits that do not count are zero, no white space.
[[nodiscard]] Result<Bytes> parse_base64(std::string_view text);
[[nodiscard]] Result<Hash> parse_hash(std::string_view base64);

}  // namespace smarttls::store
