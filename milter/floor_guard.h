// SPDX-License-Identifier: Apache-2.0
//
// The floor guard: class mail tells its floor in a header field too, and Postfix's SMTP client keeps mail
// with that field back unless it runs as a transport that is enough for it. It is what stands where the
// envelope loses the floor or a route of the site's own leads past it. This checks that main.cf and
// master.cf have the guard; conf/postfix/main.cf says how it works.
//
// Threads: pure functions. Errors: Misconfigured, with the line that is missing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::milter {

/// Only the milter sets it.
inline constexpr std::string_view kFloorField = "X-SmartTLS-Floor";

/// The parameter of main.cf by which the floor's transport lets mail pass: "smarttls_passes_mta_sts".
[[nodiscard]] std::string passing_parameter(policy::Floor floor);

/// `value`: what main.cf says for smtp_header_checks, expanded.
[[nodiscard]] policy::Result<void> check_keeps_back(std::string_view value);

/// `value`: what main.cf says for the floor's parameter, expanded.
[[nodiscard]] policy::Result<void> check_passes(policy::Floor floor, std::string_view value);

/// `listing`: what `postconf -P` prints. No transport but those of the floors and `trusted` ones may
/// have header checks that do without the guard.
[[nodiscard]] policy::Result<void> check_other_transports(std::string_view listing,
                                                          const std::vector<std::string>& trusted);

}  // namespace smarttls::milter
