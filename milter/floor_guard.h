// SPDX-License-Identifier: Apache-2.0
//
// The floor guard: class mail tells its floor in a header field too, and Postfix's SMTP client keeps mail
// with that field back unless it runs as a transport that is enough for it, and has all of that floor in
// force. It is what stands where the envelope loses the floor, a route of the site's own leads past it, or a
// floor's transport has lost a line. This checks that main.cf and master.cf have the guard;
// conf/postfix/main.cf says how it works.
//
// Threads: pure functions. Errors: Misconfigured, with the line that is missing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "milter/floor_transports.h"
#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::milter {

/// Only the milter sets it.
inline constexpr std::string_view kFloorField = "X-SmartTLS-Floor";

/// The parameter of main.cf by which the floor's transport lets mail pass: "smarttls_passes_mta_sts".
[[nodiscard]] std::string passing_parameter(policy::Floor floor);

/// `value`: what main.cf says for smtp_header_checks or lmtp_header_checks, expanded.
[[nodiscard]] policy::Result<void> check_keeps_back(std::string_view parameter, std::string_view value);

/// `value`: what main.cf says for the floor's parameter, as it stands there; `policy_map`: what master.cf
/// says for the transport's smtp_tls_policy_maps.
[[nodiscard]] policy::Result<void> check_passes(const FloorTransport& transport,
                                                std::string_view policy_map, std::string_view value);

/// smarttls_in_force and smarttls_demanded, as they stand in main.cf.
[[nodiscard]] policy::Result<void> check_in_force(std::string_view in_force, std::string_view demanded);

/// `listing`: what `postconf -P` prints. No transport but those of the floors and `trusted` ones may
/// have header checks that do without the guard.
[[nodiscard]] policy::Result<void> check_other_transports(std::string_view listing,
                                                          const std::vector<std::string>& trusted);

/// `routes`: lines of `postconf`, each a parameter that names the transport to mailboxes; `services`: what
/// `postconf -F` prints. A trusted one that is lmtp(8) has to say that class mail may pass: otherwise the
/// guard would keep it from the mailboxes, and nobody would be told for hours.
[[nodiscard]] policy::Result<void> check_mailboxes(std::string_view routes, std::string_view services,
                                                   std::string_view listing,
                                                   const std::vector<std::string>& trusted);

}  // namespace smarttls::milter
