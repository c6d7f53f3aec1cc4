// SPDX-License-Identifier: Apache-2.0
#include "milter/esmtp.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

/// RFC 3461 §4: hexchar has upper-case digits alone.
int digit(char byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const std::size_t value = kDigits.find(byte);
    return value == std::string_view::npos ? -1 : static_cast<int>(value);
}

}  // namespace

std::string value_of(const Parameters& parameters, std::string_view name) {
    for (const std::string_view parameter : parameters) {
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (!policy::equal_ignoring_case(parameter.substr(0, equals), name)) continue;
        return std::string(parameter.substr(equals + 1));
    }
    return {};
}

bool wants_failure_notice(const Parameters& parameters) {
    const std::string notify = value_of(parameters, "NOTIFY");
    if (notify.empty()) return true;
    const auto occasions = policy::split(notify, ',');
    return std::any_of(occasions.begin(), occasions.end(), [](const auto& occasion) {
        return policy::equal_ignoring_case(occasion, "FAILURE");
    });
}

std::string from_xtext(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '+') {
            decoded += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? digit(text[at + 1]) : -1;
        const int low = at + 2 < text.size() ? digit(text[at + 2]) : -1;
        if (high < 0 || low < 0) return std::string(text);
        decoded += static_cast<char>(16 * high + low);
        at += 2;
    }
    return decoded;
}

}  // namespace smarttls::milter
