// SPDX-License-Identifier: Apache-2.0
//
// ESMTP parameters of MAIL and RCPT, as far as notices about delivery need them (RFC 3461).
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smarttls::milter {

/// "RET=HDRS", "ENVID=x", "NOTIFY=NEVER", ...
using Parameters = std::vector<std::string_view>;

/// What stands behind "NAME=", as written; empty when the parameter is not there.
[[nodiscard]] std::string value_of(const Parameters& parameters, std::string_view name);

/// RFC 3461 §4.1: without NOTIFY a failure is reported; with it, only when it names FAILURE.
[[nodiscard]] bool wants_failure_notice(const Parameters& parameters);

/// RFC 3461 §4: "a+2Bb" -> "a+b". What is no xtext stays as it is.
[[nodiscard]] std::string from_xtext(std::string_view text);

}  // namespace smarttls::milter
