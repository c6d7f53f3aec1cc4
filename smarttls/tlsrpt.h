// SPDX-License-Identifier: Apache-2.0
//
// The attributes by which Postfix 3.10 and newer learns whose MTA-STS policy an answer comes from
// (TLSRPT_README), for its reports (RFC 8460) and for smtp_tls_enforce_sts_mx_patterns. Older ones
// take them for an error and defer the mail, so `postfix-tlsrpt` must have asked for them.
//
//     secure match=mx.a.nl servername=hostname policy_type=sts policy_domain=a.nl
//         mx_host_pattern=*.a.nl { policy_string = version: STSv1 } ...
//
// Threads: pure function. Errors: none.
#pragma once

#include "policy/verdict.h"
#include "smarttls/maps.h"

namespace smarttls::engine {

/// Appends them to an answer that comes from an MTA-STS policy in mode enforce. Others stay as they
/// are: Postfix knows about DANE by itself, and `pkix` is our own floor, of no published policy.
void add_tlsrpt(MapAnswer& answer, const policy::Verdict& verdict);

}  // namespace smarttls::engine
