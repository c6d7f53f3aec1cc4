// SPDX-License-Identifier: Apache-2.0
//
// describe: what a certificate says about itself, as text for verdict and evidence. Nothing here is
// verified, and all of it was written by a stranger: texts are printable ASCII and bounded.
//
// Ownership: borrows the certificate. Threads: pure function. Errors: what cannot be read stays
// empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/verdict.h"
#include "smarttls/tls/handles.h"
#include "smarttls/tls/peer_chain.h"

namespace smarttls::engine {

[[nodiscard]] policy::CertificateFacts describe(X509* certificate);

/// What stands behind the server's own certificate in the chain as it was sent, the first few.
[[nodiscard]] std::vector<policy::CertificateFacts> describe_issuers(const PeerChain& chain);

/// The names of TLS (IANA) for the curves that OpenSSL calls by their older ones.
[[nodiscard]] std::string curve_name(std::string_view openssl_name);

}  // namespace smarttls::engine
