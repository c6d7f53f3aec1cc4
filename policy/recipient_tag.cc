// SPDX-License-Identifier: Apache-2.0
#include "policy/recipient_tag.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::string_view kTag = "+smarttls-to-";
constexpr std::size_t kLongestLocalPart = 64;  // RFC 5321 §4.5.3.1.1

/// RFC 5322 §3.2.3: what stands in an address as it is.
bool is_plain(char byte) {
    constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~.";
    const char lower = to_lower(byte);
    return is_digit(byte) || (lower >= 'a' && lower <= 'z') || kMarks.find(byte) != std::string_view::npos;
}

}  // namespace

std::optional<std::string> with_lower_floor(std::string_view address, Floor floor) {
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > kLongestLocalPart || floor == Floor::Dane) {
        return std::nullopt;
    }
    const std::string_view local = address.substr(0, at);
    const std::string_view domain = address.substr(at + 1);
    const bool is_usable = std::all_of(local.begin(), local.end(), is_plain) &&
                           DomainName::parse(domain).has_value() && !domain.ends_with('.');
    if (!is_usable || has_lower_floor(address)) return std::nullopt;
    return std::string(local) + std::string(kTag) + std::string(to_string(floor)) + "=" +
           std::string(local) + "=" + std::string(domain) + "@" + std::string(domain);
}

std::optional<std::string> without_lower_floor(std::string_view address) {
    const std::size_t tag = address.find(kTag);
    const std::size_t at = address.rfind('@');
    if (tag == std::string_view::npos || at == std::string_view::npos || tag > at) return std::nullopt;
    const std::string plain = std::string(address.substr(0, tag)) + std::string(address.substr(at));
    const std::size_t end = address.find('=', tag);
    const auto floor = parse_floor(address.substr(tag + kTag.size(), end - tag - kTag.size()));
    if (!floor || with_lower_floor(plain, *floor) != address) return std::nullopt;
    return plain;
}

bool has_lower_floor(std::string_view address) {
    return to_lower(address.substr(0, address.rfind('@'))).find(kTag) != std::string::npos;
}

}  // namespace smarttls::policy
