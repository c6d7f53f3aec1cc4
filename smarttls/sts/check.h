// SPDX-License-Identifier: Apache-2.0
//
// check_sts: a mail server under the MTA-STS policy of the domain that it serves (RFC 8461 §4, §5),
// after DANE has had its word.
//
//     check_sts(finding, verdict.hosts[0]);
//
// Pure: the policy belongs to one domain, the verdict to the same; two domains on one server never
// meet here. Threads: pure function. Errors: none.
#pragma once

#include "policy/verdict.h"
#include "smarttls/sts/finder.h"

namespace smarttls::engine {

/// Nothing changes without a policy of mode enforce. Under one, a host becomes MtaSts, or Forbidden
/// with the reasons; Unknown, if it fails a policy that may be outdated.
///
/// DANE comes first (RFC 8461 §2): a host that it authenticates stays Dane, one that it forbids is
/// not rescued, and one of which nothing is known stays Unknown.
void check_sts(const StsFinding& sts, policy::HostVerdict& host);

/// The policy as a verdict shows it: with its first 32 patterns. A policy may have thousands, and a
/// verdict is kept in memory and in evidence.
[[nodiscard]] std::optional<policy::StsFacts> shown(std::optional<policy::StsFacts> facts);

}  // namespace smarttls::engine
