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

/// Whether the CN may speak for a certificate that has no DNS-ID. RFC 7672 §3.2.3 lets it; RFC 8461
/// §3.3 and §4.2 know DNS-IDs alone.
enum class NameRule { DnsIdElseCn, DnsIdOnly };

/// Most important first: who vouches, since when, for whom.
[[nodiscard]] std::vector<policy::Reason> pkix_defects(const PeerChain& chain,
                                                       const TlsContext& trusted,
                                                       const policy::DomainName& host,
                                                       policy::WallTime now,
                                                       NameRule rule = NameRule::DnsIdElseCn);

/// The name check alone: DNS-IDs, the CN as `rule` says; '*' only as the whole leftmost
/// label, for one label (RFC 7672 §3.2.3).
[[nodiscard]] bool names_host(X509* certificate, const policy::DomainName& host,
                              NameRule rule = NameRule::DnsIdElseCn);

}  // namespace smarttls::engine
