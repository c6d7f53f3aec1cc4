// SPDX-License-Identifier: Apache-2.0
//
// describe: what a certificate says about itself, as text for verdict and evidence. Nothing here is
// verified, and all of it was written by a stranger: texts are printable ASCII and bounded.
//
// Ownership: borrows the certificate. Threads: pure function. Errors: what cannot be read stays
// empty.
#pragma once

#include "policy/verdict.h"
#include "smarttls/tls/handles.h"

namespace smarttls::engine {

[[nodiscard]] policy::CertificateFacts describe(X509* certificate);

}  // namespace smarttls::engine
