// SPDX-License-Identifier: Apache-2.0
//
// pkix_defects: whether a server's chain authenticates its host name by the CA certificates that we
// trust, and if not, everything that is wrong with it, each defect by its own name.
//
//     std::vector<Reason> defects = pkix_defects(chain, tls, host, now);    // empty: authenticated
//
// RFC 5280 §6 (chain, purpose, dates), RFC 6125 §6.4 and RFC 7672 §3.2.3 (name). Nothing is
// fetched: no missing intermediate, no revocation list; Postfix does not either. Ownership: borrows
// all. Threads: pure function. Errors: a defect that has no name of its own is
// CertificateNotTrusted, and so is a failure of OpenSSL itself.
#pragma once

#include <vector>

#include "policy/verdict.h"
#include "smarttls/tls/context.h"
#include "smarttls/tls/peer_chain.h"

namespace smarttls::engine {

/// Most important first: who vouches, since when, for whom.
[[nodiscard]] std::vector<policy::Reason> pkix_defects(const PeerChain& chain,
                                                       const TlsContext& trusted,
                                                       const policy::DomainName& host,
                                                       policy::WallTime now);

/// The name check alone: DNS-IDs; CN only when there is no DNS-ID; '*' only as the whole leftmost
/// label, for one label (RFC 7672 §3.2.3).
[[nodiscard]] bool names_host(X509* certificate, const policy::DomainName& host);

}  // namespace smarttls::engine
