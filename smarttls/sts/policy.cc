// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/policy.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::ok;
using policy::Result;

constexpr std::size_t kLongestKey = 32;  // sts-policy-ext-name
constexpr std::size_t kMostDigits = 10;

auto wrong(std::string what) {
    return fail(ErrorKind::Malformed, std::move(what));
}

bool is_key(std::string_view key) {
    const auto is_plain = [](char byte) {
        const char lower = policy::to_lower(byte);
        return policy::is_digit(byte) || (lower >= 'a' && lower <= 'z') || byte == '_' ||
               byte == '-' || byte == '.';
    };
    return !key.empty() && key.size() <= kLongestKey &&
           std::all_of(key.begin(), key.end(), is_plain);
}

/// "*." may stand before the name, nothing else may (sts-policy-mx-value).
Result<std::string> read_pattern(std::string_view value) {
    constexpr std::string_view kWildcard = "*.";
    const bool wildcard = value.starts_with(kWildcard);
    if (wildcard) value.remove_prefix(kWildcard.size());
    const auto name = policy::DomainName::parse(value);
    if (!name) return because(name, "mx");
    return (wildcard ? std::string(kWildcard) : std::string()) + name->str();
}

Result<std::chrono::seconds> read_max_age(std::string_view value) {
    const bool plain = !value.empty() && value.size() <= kMostDigits &&
                       std::all_of(value.begin(), value.end(), policy::is_digit);
    std::int64_t seconds = 0;
    if (plain) std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (!plain || seconds > kLongestMaxAge.count()) {
        return wrong("max_age: " + policy::quote(value) + " is not a number up to " +
                     std::to_string(kLongestMaxAge.count()));
    }
    return std::chrono::seconds(seconds);
}

/// What has been read so far. Of a key that stands twice the first counts, mx apart (§3.2).
struct Reading {
    bool version = false;
    std::optional<policy::StsMode> mode;
    std::optional<std::chrono::seconds> max_age;
    std::vector<std::string> mx;
};

Result<void> read_mode(std::string_view value, Reading& reading) {
    reading.mode = policy::parse_sts_mode(value);
    return reading.mode ? ok()
                        : Result<void>(wrong("mode: " + policy::quote(value) + " is no mode"));
}

/// Keys and values count as they are written, case and all; those of others are not looked at.
Result<void> read_field(std::string_view key, std::string_view value, Reading& reading) {
    if (key == "version" && !reading.version) {
        if (value != "STSv1") return wrong("version: " + policy::quote(value) + " is not STSv1");
        reading.version = true;
    } else if (key == "mode" && !reading.mode) {
        return read_mode(value, reading);
    } else if (key == "max_age" && !reading.max_age) {
        auto max_age = read_max_age(value);
        if (!max_age) return tl::unexpected(max_age.error());
        reading.max_age = *max_age;
    } else if (key == "mx") {
        auto pattern = read_pattern(value);
        if (!pattern) return tl::unexpected(pattern.error());
        reading.mx.push_back(*std::move(pattern));
    }
    return ok();
}

Result<void> read_line(std::string_view line, Reading& reading) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (policy::trim(line).empty()) return ok();
    const std::size_t colon = line.find(':');
    const std::string_view key = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_key(key)) {
        return wrong(policy::quote(line, 40) + " is not \"key: value\"");
    }
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    return read_field(key, value, reading);
}

Result<StsPolicy> finished(Reading reading) {
    if (!reading.version) return wrong("version is missing");
    if (!reading.mode) return wrong("mode is missing");
    if (!reading.max_age) return wrong("max_age is missing");
    if (reading.mx.empty() && *reading.mode != policy::StsMode::None) return wrong("mx is missing");
    return StsPolicy{*reading.mode, *reading.max_age, std::move(reading.mx)};
}

}  // namespace

Result<StsPolicy> parse_sts_policy(std::string_view text) {
    if (text.size() > kLongestStsPolicy) return wrong("it is longer than 64 KiB");
    Reading reading;
    std::size_t number = 0;
    for (const std::string_view line : policy::split(text, '\n')) {
        ++number;
        if (auto read = read_line(line, reading); !read) {
            return because(read, "line " + std::to_string(number));
        }
    }
    return finished(std::move(reading));
}

}  // namespace smarttls::engine
