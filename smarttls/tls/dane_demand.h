// SPDX-License-Identifier: Apache-2.0
//
// DaneDemand: what the DNS demands of a server's certificate: the records of a secure TLSA answer
// and the names that a usage 2 certificate may bear. No OpenSSL here; the prober fills it.
//
// Threads: plain values.
#pragma once

#include <vector>

#include "policy/domain_name.h"
#include "smarttls/dns/answer.h"

namespace smarttls::engine {

struct DaneDemand {
    /// A secure TLSA RRset as it came; empty when DANE does not apply.
    std::vector<TlsaRecord> records;
    /// RFC 7672 §3.2.2: the TLSA base domain first; behind a secure MX (or without one) the
    /// next-hop domain and its CNAME expansion. Never empty; the first is the name for SNI (RFC
    /// 7672 §8.1).
    std::vector<policy::DomainName> names;
    /// Behind a secure MX a match is all that is asked (RFC 7672 §3.2): the CA certificates are not
    /// looked at then, which saves a fifth of a probe's work.
    bool decides = false;
};

}  // namespace smarttls::engine
