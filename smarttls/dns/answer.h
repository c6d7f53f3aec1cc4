// SPDX-License-Identifier: Apache-2.0
//
// Answer<R>: what the DNS said to one question, with the four results of RFC 7672 §2.1.1 kept apart.
// Bogus and Failed are findings about the look-up, not Errors: the prober weighs them.
//
// Threads: plain values. No ldns here.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/domain_name.h"
#include "policy/network.h"

namespace smarttls::engine {

enum class DnsStatus {
    Secure,    // validated by a trusted resolver: AD bit of a resolver in trust-ad
    Insecure,  // answered, but not validated, or by a resolver whose AD bit does not count
    Bogus,     // the resolver found the signatures wrong (RFC 4033 §5): never to be used
    Failed,    // no answer: timeout, SERVFAIL, REFUSED, malformed packets only
};

enum class DnsOutcome {
    Records,   // the type exists
    NoData,    // the name exists without the type
    NxDomain,  // the name does not exist
    None,      // Bogus or Failed
};

struct MxRecord {
    std::uint16_t preference = 0;
    std::string exchange;  // as answered, lower case, no final dot; empty for "." (RFC 7505 Null MX)
};

/// RFC 6698 §2.1; numbers as on the wire, not yet judged usable.
struct TlsaRecord {
    std::uint8_t usage = 0;
    std::uint8_t selector = 0;
    std::uint8_t matching = 0;
    std::vector<std::uint8_t> data;
};

/// RFC 1035 §3.3.1.
struct CnameRecord {
    std::string target;  // lower case, no final dot
};

/// RFC 1035 §3.3.14: the strings of one record, joined without anything between (RFC 8461 §3.1).
struct TxtRecord {
    std::string text;  // whatever bytes the zone holds
};

template <class Record>
struct Answer {
    DnsStatus status = DnsStatus::Failed;
    DnsOutcome outcome = DnsOutcome::None;
    std::vector<Record> records;
    std::string canonical_name;     // end of the CNAME chain, as DomainName::str(); else the name asked
    std::chrono::seconds ttl{0};    // least TTL of the answer; of the SOA for negative ones (RFC 2308 §5)
    bool timed_out = false;         // Failed because nobody answered in time
    std::string failure;            // for Bogus and Failed: one sentence for people
};

using MxAnswer = Answer<MxRecord>;
using AddressAnswer = Answer<policy::IpAddress>;
using TlsaAnswer = Answer<TlsaRecord>;
using TxtAnswer = Answer<TxtRecord>;
using CnameAnswer = Answer<CnameRecord>;

}  // namespace smarttls::engine
