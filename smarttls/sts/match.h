// SPDX-License-Identifier: Apache-2.0
//
// matches: whether the name of an MX host is one that an MTA-STS policy allows (RFC 8461 §4.1).
//
//     if (!matches(policy.mx, host)) ...      // sts-mx-mismatch
//
// Threads: pure functions. Errors: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/domain_name.h"

namespace smarttls::engine {

/// `pattern` as parse_sts_policy() gives it. "*.example.nl" stands for exactly one label:
/// mx.example.nl, neither example.nl nor a.b.example.nl.
[[nodiscard]] bool matches(std::string_view pattern, const policy::DomainName& host);

/// Any of them.
[[nodiscard]] bool matches(const std::vector<std::string>& patterns,
                           const policy::DomainName& host);

}  // namespace smarttls::engine
