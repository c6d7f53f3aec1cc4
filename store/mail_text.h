// SPDX-License-Identifier: Apache-2.0
//
// The parts of a mail of our own as text: header fields and encoded lines. Lines end in CRLF.
//
// Threads: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "policy/verdict.h"

namespace smarttls::store {

inline constexpr std::string_view kCrLf = "\r\n";
inline constexpr std::size_t kLongestWord = 900;  // RFC 5322 §2.1.1: a line has 998 bytes

/// RFC 5322 §3.3, in UTC.
[[nodiscard]] std::string date_of(policy::WallTime time);

/// One line of printable ASCII.
[[nodiscard]] std::string plain(std::string_view text);

/// An address as it is, but for what would end its line.
[[nodiscard]] std::string in_one_line(std::string_view address);

/// RFC 2045 §6.7, for one line of text.
[[nodiscard]] std::string quoted_printable(std::string_view line);

/// A header field, folded at blanks (RFC 5322 §2.2.3).
[[nodiscard]] std::string field(std::string_view name, std::string_view value);

/// Of a report to a contact: from the contact to itself, the one address of which this machine knows that the site
/// takes it.
struct ReportHead {
    std::string contact;
    std::string id;  // unique and fit for a Message-ID
    std::string subject;
    std::chrono::sys_time<std::chrono::milliseconds> time{};
};

/// The whole mail; `text` is quoted-printable.
[[nodiscard]] std::string report_mail(const ReportHead& head, const std::string& text);

/// RFC 3461 §4: "a+b" -> "a+2Bb".
[[nodiscard]] std::string to_xtext(std::string_view text);

}  // namespace smarttls::store
