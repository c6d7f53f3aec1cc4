// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tlsrpt.h"

#include <algorithm>

#include "policy/domain_name.h"

namespace smarttls::engine {
namespace {

/// "mx.example.nl" or "*.example.nl" (RFC 8461 §3.2); whatever else a policy holds could end an
/// attribute and begin another.
bool is_plain(std::string_view pattern) {
    if (pattern.starts_with("*.")) pattern.remove_prefix(2);
    return policy::DomainName::parse(pattern).has_value();
}

/// Braces, because the value holds a blank.
std::string policy_string(std::string_view line) {
    return " { policy_string = " + std::string(line) + " }";
}

}  // namespace

void add_tlsrpt(MapAnswer& answer, const policy::Verdict& verdict) {
    const bool enforced = verdict.sts && verdict.sts->mode == policy::StsMode::Enforce &&
                          verdict.level == policy::Level::MtaSts;
    if (!enforced || answer.status != AnswerStatus::Ok || !answer.text.starts_with("secure ")) {
        return;
    }
    const auto& patterns = verdict.sts->mx;
    if (!is_plain(verdict.domain) || verdict.domain.starts_with("*.") ||
        !std::all_of(patterns.begin(), patterns.end(), is_plain)) {
        return;
    }
    std::string& text = answer.text;
    text += " policy_type=sts policy_domain=" + verdict.domain;
    for (const std::string& pattern : patterns) text += " mx_host_pattern=" + pattern;
    text += policy_string("version: STSv1") + policy_string("mode: enforce");
    for (const std::string& pattern : patterns) text += policy_string("mx: " + pattern);
    text += policy_string("max_age: " + std::to_string(verdict.sts->max_age));
}

}  // namespace smarttls::engine
