// SPDX-License-Identifier: Apache-2.0
//
// explain_grade: why the cryptography of a domain's mail servers is not good enough for a class: the
// middle of the sentence that explanation.h makes.
//
//     "mx.example.nl uses RSA-1024, which NCSC-NL 2025-05 calls insufficient and Postfix cannot
//      refuse at delivery, but class gdpr demands grade phase-out; a stronger key would make it
//      direct"
//
// Threads: pure functions.
#pragma once

#include <string>

#include "policy/config.h"
#include "policy/verdict.h"

namespace smarttls::policy {

[[nodiscard]] std::string explain_grade(const MailClass& mail_class, const Verdict& verdict);

/// "uses RSA-1024", "speaks TLSv1.1": the predicate for a host.
[[nodiscard]] std::string phrase(const Weakness& weakness);

}  // namespace smarttls::policy
