// SPDX-License-Identifier: Apache-2.0
//
// The verdict as JSON (RFC 8259): the answer of the maps "verdict" and "fresh", of
// `smarttls check --json`, and the form kept as evidence. Member names are stable and stand in a
// stable order; members may be added. Times are RFC 3339, UTC, whole seconds.
//
//     std::string text = to_json(verdict);
//     Result<Verdict> verdict = parse_verdict(text);
//
// Threads: pure functions. Errors: Malformed, with the path of the member.
#pragma once

#include <string>
#include <string_view>

#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::engine {

/// One line of printable ASCII; other bytes of what servers say about themselves become '?'. Single
/// texts are cut after 512 bytes. A verdict that would not fit into a reply of the socketmap
/// protocol is written with few names per certificate, and then without the chains behind them and
/// without the certificates of hosts that the NTA 7516 record alone names.
[[nodiscard]] std::string to_json(const policy::Verdict& verdict);

/// Strict about the members that it knows. Ignores members, and names of reasons, that a newer
/// engine may have added.
[[nodiscard]] policy::Result<policy::Verdict> parse_verdict(std::string_view text);

}  // namespace smarttls::engine
