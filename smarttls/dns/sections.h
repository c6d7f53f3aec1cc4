// SPDX-License-Identifier: Apache-2.0
//
// Sections: a DNS message taken apart into records, before anybody asks what they mean.
//
// ldns reads the records, but the frame is checked here: ldns_wire2pkt (1.8.3) does not compare
// what it read with RDLENGTH, goes on reading in the middle of a longer RDATA, and accepts an MX
// without a name (wire2host.c). Records of other types than the few below are skipped unread.
//
// Ownership: Sections owns its records. Threads: plain values. Errors: Malformed.
// RFC 1035 §4.1, RFC 6891 §6.1, RFC 8914 §2. No ldns header here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/result.h"
#include "smarttls/dns/handles.h"

namespace smarttls::engine {

inline constexpr std::size_t kDnsHeaderSize = 12;  // RFC 1035 §4.1.1

struct Sections {
    bool authenticated = false;
    std::uint16_t rcode = 0;                     // 12 bits: header and OPT
    std::vector<std::uint16_t> extended_errors;  // the first 8
    std::vector<RrHandle> answer;     // class IN; A, NS, CNAME, SOA, MX, TXT, AAAA, TLSA
    std::vector<RrHandle> authority;  // the same
};

/// Reads the whole message. It has one question, which the caller has compared already.
[[nodiscard]] policy::Result<Sections> read_sections(std::span<const std::uint8_t> message);

}  // namespace smarttls::engine
