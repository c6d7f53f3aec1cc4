// SPDX-License-Identifier: Apache-2.0
//
// The protections of which an engine judges the cryptography: TLS and certificate (see
// check_protection.h). Where DANE authenticates, a certificate's name and dates do not count
// (RFC 7672 §3.1.1). Threads: pure functions.
#pragma once

#include <string>

#include "portal/command/check_protection.h"

namespace smarttls::portal {

[[nodiscard]] Protection tls_protection(const policy::Verdict& verdict);
[[nodiscard]] Protection certificate_protection(const policy::Verdict& verdict);

/// The clause of the profile that judges this part; the profile's title when its numbers are not
/// known here.
[[nodiscard]] std::string grading_clause(const policy::Verdict& verdict, policy::Reason reason);

}  // namespace smarttls::portal
