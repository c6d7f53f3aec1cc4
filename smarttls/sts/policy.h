// SPDX-License-Identifier: Apache-2.0
//
// parse_sts_policy: the text of https://mta-sts.<domain>/.well-known/mta-sts.txt as a policy, or
// what is wrong with it (RFC 8461 §3.2).
//
//     Result<StsPolicy> policy = parse_sts_policy(body);
//
// Pure, for any bytes: the text is a stranger's. Ownership: values. Threads: pure function.
// Errors: Malformed, with the line.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::engine {

inline constexpr std::size_t kLongestStsPolicy = 64UL * 1024;        // RFC 8461 §3.3
inline constexpr std::chrono::seconds kLongestMaxAge{31'557'600};  // RFC 8461 §3.2: a year

struct StsPolicy {
    policy::StsMode mode = policy::StsMode::None;
    std::chrono::seconds max_age{};
    std::vector<std::string> mx;  // lower case: "mx.example.nl", "*.example.nl"; never empty but
                                  // with mode none
};

[[nodiscard]] policy::Result<StsPolicy> parse_sts_policy(std::string_view text);

}  // namespace smarttls::engine
