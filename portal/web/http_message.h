// SPDX-License-Identifier: Apache-2.0
//
// Request and Response: what the pages see of HTTP (RFC 9110). The server (http_server.h) makes one and sends the other.
//
//     request.cookie("__Host-form"); request.query("lang"); request.field("code")
//
// Whatever a client sent is only text here: targets are split and decoded once, fields are found by name, repeated ones
// count the first time.
// Threads: plain values. Errors: parse_target() says Malformed; header values that would break a header are refused by
// header_text() (http_text.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "portal/mail/pieces.h"

namespace smarttls::portal {

struct NamedValue {
    std::string name;
    std::string value;
};
using NamedValues = std::vector<NamedValue>;

/// The first value of that name, or nothing.
[[nodiscard]] std::optional<std::string> value_of(const NamedValues& values, std::string_view name);

struct Request {
    std::string method;
    std::string path;     // decoded, begins with a slash
    NamedValues queries;
    NamedValues headers;  // names in lower case
    NamedValues fields;   // of a form in the body
    std::string client;   // address, as far as a trusted proxy tells

    [[nodiscard]] std::optional<std::string> query(std::string_view name) const { return value_of(queries, name); }
    [[nodiscard]] std::string header(std::string_view name) const { return value_of(headers, name).value_or(""); }
    [[nodiscard]] std::string field(std::string_view name) const { return value_of(fields, name).value_or(""); }
    /// RFC 6265 §5.4: of each Cookie header.
    [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
};

struct Response {
    unsigned status = 200;
    NamedValues headers;
    std::string body;
    Pieces stream;                      // instead of the body, when set
    std::optional<std::uint64_t> size;  // of the stream, when it is known
};

/// "/a%20b?c=d" into path and queries. Refused: what is not below "/", control characters, a second meaning of the path
/// ("..", "//", "%2F", a backslash).
[[nodiscard]] policy::Result<void> parse_target(std::string_view target, Request& request);

/// application/x-www-form-urlencoded (URL Standard §5.1): at most kMostFields pairs.
[[nodiscard]] NamedValues parse_form(std::string_view text);

/// RFC 3986 §2.1; what is no escape stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace smarttls::portal
