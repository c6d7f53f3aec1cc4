// SPDX-License-Identifier: Apache-2.0
//
// The text of a policy host (RFC 8461 section 3.2).
#include "smarttls/sts/match.h"
#include "smarttls/sts/policy.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

std::string written(const engine::StsPolicy& policy) {
    std::string text = "version: STSv1\nmode: " + std::string(to_string(policy.mode)) +
                       "\nmax_age: " + std::to_string(policy.max_age.count()) + "\n";
    for (const std::string& pattern : policy.mx) text += "mx: " + pattern + "\n";
    return text;
}

/// A host that the pattern must match.
policy::DomainName host_of(const std::string& pattern) {
    const bool wildcard = pattern.starts_with("*.");
    return policy::DomainName::parse(wildcard ? pattern.substr(2) : pattern).value();
}

}  // namespace

void judge(std::string_view input) {
    const auto policy = engine::parse_sts_policy(input);
    if (!policy) {
        require(is_printable(policy.error().what), "an error is printable");
        return;
    }
    require(policy->max_age >= std::chrono::seconds(0) && policy->max_age <= engine::kLongestMaxAge,
            "max_age lies in its bounds");
    require(!policy->mx.empty() || policy->mode == policy::StsMode::None, "a policy names hosts");
    for (const std::string& pattern : policy->mx) {
        require(engine::matches(pattern, host_of(pattern)) == !pattern.starts_with("*."),
                "a name matches itself, a wildcard does not match its own domain");
    }
    const auto again = engine::parse_sts_policy(written(*policy));
    require(again && again->mode == policy->mode && again->max_age == policy->max_age &&
                again->mx == policy->mx,
            "a policy that is written is read");
}

}  // namespace smarttls::fuzz
