// SPDX-License-Identifier: Apache-2.0
//
// assess: what an observation of a server is worth for one domain: the chain against the name of
// its MX host and the CA certificates of now (pkix.h), and against the TLSA records of its host
// (dane.h).
//
//     SessionFacts facts = assess(*seen, mx_host, demand, tls, now);
//
// Observations are shared between domains; names, records, dates and trust never are, so nothing
// that one domain demands can reach another one with the same server.
// Ownership: borrows its arguments, copies what it returns. Threads: one thread, that of the
// observation's session. Errors: never.
#pragma once

#include <vector>

#include "smarttls/tls/dane_demand.h"
#include "smarttls/tls/session.h"

namespace smarttls::engine {

struct SessionFacts : Observation {
    /// Defects of the chain; meaningful with outcome Tls, unless a DANE match decides.
    std::vector<policy::Reason> pkix;
    policy::DaneFacts dane;
};

/// `host`: the name that PKIX authenticates: the MX host, unexpanded.
[[nodiscard]] SessionFacts assess(const Observation& seen, const policy::DomainName& host,
                                  const DaneDemand& demand, const TlsContext& trusted,
                                  policy::WallTime now);

}  // namespace smarttls::engine
