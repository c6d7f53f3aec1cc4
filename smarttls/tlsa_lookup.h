// SPDX-License-Identifier: Apache-2.0
//
// find_tlsa: the TLSA records of one mail host, as RFC 7672 §2.2.2 and §2.2.3 order the look-ups:
// behind a secure address answer, for the CNAME expansion first, then for the name itself; behind an
// insecure one only where the first CNAME is secure, and then for the name itself alone.
//
//     TlsaFinding tlsa = co_await find_tlsa(lookup, host, address_answer, port, deadline);
//
// Ownership: borrows the Lookup; the other arguments are the coroutine's own. Threads: one thread.
// Errors: never; Bogus and Failed are findings, after which the host must not be used.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "smarttls/dns/lookup.h"

namespace smarttls::engine {

enum class TlsaState {
    Present,   // a secure RRset: TLS is mandatory (RFC 7672 §2.2.3)
    Absent,    // securely denied
    Insecure,  // the address (and its first CNAME) or the TLSA answer was not validated: no DANE
    Bogus,     // validation failed
    Failed,    // no answer
};

struct TlsaFinding {
    TlsaState state = TlsaState::Failed;
    bool timed_out = false;
    std::vector<TlsaRecord> records;          // of Present
    std::optional<policy::DomainName> base;   // of Present: the TLSA base domain
    std::optional<std::chrono::seconds> ttl;  // least of the answers; none if none was asked
};

[[nodiscard]] boost::asio::awaitable<TlsaFinding> find_tlsa(Lookup& lookup, policy::DomainName host,
                                                            AddressAnswer addresses,
                                                            std::uint16_t port,
                                                            policy::Deadline deadline);

}  // namespace smarttls::engine
