// SPDX-License-Identifier: Apache-2.0
#include "portal/web/http_message.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::Result;

constexpr std::size_t kMostFields = 64;

/// -1 when it is none.
int hex_digit(char byte) {
    if (policy::is_digit(byte)) return byte - '0';
    const char low = policy::to_lower(byte);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f'; }

/// Whether a proxy, a cache and we could disagree on what it means.
bool is_ambiguous(std::string_view path, std::string_view raw) {
    const bool climbs = path.find("/../") != std::string_view::npos || path.ends_with("/..") || path.find("/./") != std::string_view::npos;
    const bool hides = policy::to_lower(raw).find("%2f") != std::string::npos || path.find('\\') != std::string_view::npos;
    return climbs || hides || path.find("//") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> value_of(const NamedValues& values, std::string_view name) {
    const auto found = std::ranges::find(values, name, &NamedValue::name);
    if (found == values.end()) return std::nullopt;
    return found->value;
}

std::optional<std::string> Request::cookie(std::string_view name) const {
    for (const NamedValue& header : headers) {
        if (header.name != "cookie") continue;
        for (const std::string_view pair : policy::split(header.value, ';')) {
            const std::string_view cookie = policy::trim(pair);
            const std::size_t equals = cookie.find('=');
            if (equals != std::string_view::npos && cookie.substr(0, equals) == name) return std::string(cookie.substr(equals + 1));
        }
    }
    return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool has_two = text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
        if (!has_two) {
            decoded += text[at];
            continue;
        }
        decoded += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
        at += 2;
    }
    return decoded;
}

Result<void> parse_target(std::string_view target, Request& request) {
    const std::size_t question = target.find('?');
    const std::string_view raw = target.substr(0, question);
    std::string path = percent_decoded(raw);
    const bool is_below = path.starts_with('/');  // origin-form, RFC 9112 §3.2.1
    if (!is_below || std::ranges::any_of(path, is_control) || is_ambiguous(path, raw)) {
        return fail(ErrorKind::Malformed, "not a path of ours: " + policy::quote(target));
    }
    request.path = std::move(path);
    if (question != std::string_view::npos) request.queries = parse_form(target.substr(question + 1));
    return policy::ok();
}

NamedValues parse_form(std::string_view text) {
    NamedValues fields;
    for (const std::string_view pair : policy::split(text, '&')) {
        if (pair.empty()) continue;
        if (fields.size() >= kMostFields) break;
        const std::size_t equals = pair.find('=');
        std::string name(pair.substr(0, equals));
        std::string value(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
        std::ranges::replace(name, '+', ' ');
        std::ranges::replace(value, '+', ' ');
        fields.push_back({percent_decoded(name), percent_decoded(value)});
    }
    return fields;
}

}  // namespace smarttls::portal
