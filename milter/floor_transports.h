// SPDX-License-Identifier: Apache-2.0
//
// The floor transports of Postfix's master.cf: what each must say, line by line, so that it enforces its
// floor whatever main.cf says.
//
//     if (auto checked = check_listing(printed_by_postconf_P); !checked) ...
//
// Threads: pure functions. Errors: Misconfigured, with the line that is missing.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::milter {

struct FloorTransport {
    policy::Floor floor;
    std::string_view security_level;
    std::string_view policy_map;  // end of smtp_tls_policy_maps; empty: must be empty

    [[nodiscard]] std::string name() const;
};

// Why each level is the one that holds: postfix TLS_README; none of them ever falls back to plaintext.
inline constexpr std::array<FloorTransport, 4> kFloorTransports{{
    {policy::Floor::Dane, "dane-only", ""},
    {policy::Floor::MtaSts, "secure", ":mta-sts"},
    {policy::Floor::Pkix, "secure", ":pkix"},
    {policy::Floor::Encrypted, "encrypt", ""},
}};

/// `text`: what `postconf -P` prints, "smarttls-dane/unix/name = value". Other services are not looked at.
[[nodiscard]] policy::Result<void> check_listing(const std::string& text);

/// What a listing that check_listing() is content with gives as the transport's smtp_tls_policy_maps.
[[nodiscard]] std::string policy_map_of(const FloorTransport& transport, const std::string& text);

}  // namespace smarttls::milter
