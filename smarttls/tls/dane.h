// SPDX-License-Identifier: Apache-2.0
//
// judge_dane: whether a server's chain matches the TLSA records of its host (RFC 6698, 7671, 7672),
// by OpenSSL's own implementation (SSL_dane_enable(3)), which Postfix uses at delivery.
//
//     DaneFacts dane = judge_dane(chain, tls, demand, now);
//
// Nothing rescues a mismatch: neither the CA certificates nor the host's name are looked at here
// beyond what a record's usage asks for.
// Ownership: borrows all. Threads: pure function. Errors: a failure of OpenSSL itself is a
// mismatch.
#pragma once

#include "policy/verdict.h"
#include "smarttls/tls/context.h"
#include "smarttls/tls/dane_demand.h"
#include "smarttls/tls/peer_chain.h"

namespace smarttls::engine {

/// Mismatch, Unusable, or Verified with the numbers of the record that matched; None when the
/// demand holds no records. Dates count for usage 2 alone.
[[nodiscard]] policy::DaneFacts judge_dane(const PeerChain& chain, const TlsContext& tls,
                                           const DaneDemand& demand, policy::WallTime now);

/// What is to be said of a server that never showed a certificate: Mismatch when at least one
/// record is usable, else Unusable; None without records.
[[nodiscard]] policy::DaneFacts unmet(const DaneDemand& demand, const TlsContext& tls);

}  // namespace smarttls::engine
