// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/match.h"

#include <algorithm>

namespace smarttls::engine {

bool matches(std::string_view pattern, const policy::DomainName& host) {
    std::string_view name = host.str();
    if (!pattern.starts_with("*.")) return pattern == name;
    const std::size_t dot = name.find('.');
    return dot != std::string_view::npos && pattern.substr(1) == name.substr(dot);
}

bool matches(const std::vector<std::string>& patterns, const policy::DomainName& host) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return matches(pattern, host); });
}

}  // namespace smarttls::engine
