// SPDX-License-Identifier: Apache-2.0
//
// Readers of option values: text to the type of the field, or a sentence that says what is expected.
//
// Threads: pure functions. Errors: Malformed; the caller adds file, line and key.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/config.h"

namespace smarttls::policy {

[[nodiscard]] Result<std::string> read_path(std::string_view text);  // absolute
[[nodiscard]] Result<std::string> read_path_or_none(std::string_view text);  // the same, or empty
[[nodiscard]] Result<std::string> read_http_url(std::string_view text);  // "http://...", "https://...", or empty
[[nodiscard]] Result<std::string> read_profile(std::string_view text);  // a name, or a path
[[nodiscard]] Result<Endpoint> read_endpoint(std::string_view text, std::uint16_t default_port);
[[nodiscard]] Result<std::chrono::seconds> read_duration(std::string_view text);  // 90, 90s, 5m, 1h
[[nodiscard]] Result<std::uint32_t> read_count(std::string_view text);
[[nodiscard]] Result<std::uint64_t> read_size(std::string_view text);  // bytes: 65536, 64K, 256M, 1G
[[nodiscard]] Result<HeaderField> read_header_field(std::string_view text);  // "Name: value"
[[nodiscard]] Result<std::string> read_header_name(std::string_view text);   // RFC 5322 §2.2
[[nodiscard]] Result<TrustedRoute> read_trusted_route(std::string_view text);
[[nodiscard]] Result<Shortfall> read_shortfall(std::string_view text);
[[nodiscard]] Result<Uncertain> read_uncertain(std::string_view text);  // "queue", "portal"
/// A host name or address literal, as EHLO takes them (RFC 5321 §4.1.1.1, §4.1.3).
[[nodiscard]] Result<std::string> read_helo_name(std::string_view text);
[[nodiscard]] Result<std::string> read_mailbox(std::string_view text);
[[nodiscard]] Result<bool> read_switch(std::string_view text);  // "yes", "no"
[[nodiscard]] Result<Mode> read_mode(std::string_view text);    // "enforce", "shadow"
[[nodiscard]] Result<std::string> read_milter_socket(std::string_view text);

}  // namespace smarttls::policy
