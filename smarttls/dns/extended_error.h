// SPDX-License-Identifier: Apache-2.0
//
// Extended DNS Errors: what the codes beside a SERVFAIL say about whose fault it is (RFC 8914 §4
// and the IANA registry "Extended DNS Error Codes").
//
//     if (blame_of(reply.extended_errors) == Blame::Signatures) ...
//
// The codes are not authenticated: they only choose between Bogus and Failed, which are both
// refusals. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace smarttls::engine {

enum class Blame {
    Signatures,  // the resolver validated and refused
    Network,     // the resolver got no answer itself
    Unsaid,      // no code, or codes that do not tell
};

/// Signatures wins over Network: a missing DNSKEY often stands beside an unreachable server.
[[nodiscard]] Blame blame_of(const std::vector<std::uint16_t>& codes);

/// "DNSKEY missing, no reachable authority"; empty without codes.
[[nodiscard]] std::string describe(const std::vector<std::uint16_t>& codes);

}  // namespace smarttls::engine
