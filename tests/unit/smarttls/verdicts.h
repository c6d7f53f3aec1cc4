// SPDX-License-Identifier: Apache-2.0
//
// Verdicts for the tests of the engine's service side.
#pragma once

#include <string>
#include <vector>

#include "policy/verdict.h"
#include "smarttls/timestamp.h"

namespace smarttls::engine {

inline policy::WallTime at(std::string_view text) {
    return parse_time(text).value();
}

inline policy::HostVerdict host(std::string name, policy::Level level,
                                std::vector<policy::Reason> reasons = {}) {
    policy::HostVerdict verdict;
    verdict.name = std::move(name);
    verdict.preference = 10;
    verdict.addresses = {"192.0.2.1"};
    verdict.level = level;
    verdict.reasons = std::move(reasons);
    return verdict;
}

inline policy::Verdict verdict(std::string domain, policy::Level level,
                               std::vector<policy::HostVerdict> hosts = {},
                               std::vector<policy::Reason> reasons = {}) {
    policy::Verdict result;
    result.domain = std::move(domain);
    result.level = level;
    result.reasons = std::move(reasons);
    result.mx_secure = level == policy::Level::Dane;
    result.checked = at("2026-11-23T08:00:00Z");
    result.expires = at("2026-11-23T09:00:00Z");
    result.hosts = std::move(hosts);
    return result;
}

}  // namespace smarttls::engine
