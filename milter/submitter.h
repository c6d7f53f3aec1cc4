// SPDX-License-Identifier: Apache-2.0
//
// Submitter: who hands a message to the MTA, by the macros that are there at MAIL.
//
//     const Submitter submitter = submitter_of(macros, address);
//
// Of a client's certificate Postfix tells {cert_subject} and {cert_issuer}, common names, only when it has
// verified its chain, and no fingerprint; Sendmail tells whole names of any certificate, what it thinks of it
// in {verify}, and its fingerprint in {cert_fp} (confCERT_FINGERPRINT_ALGORITHM). Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "milter/macros.h"
#include "policy/client.h"

namespace smarttls::milter {

struct Submitter {
    std::string description;  // "192.0.2.7", "192.0.2.7 as alice"
    policy::Client client;
};

/// The macros that it reads, for smfi_setsymlist.
inline constexpr std::string_view kSubmitterMacros =
    "{auth_type} {auth_authen} {tls_version} {verify} {cert_subject} {cert_issuer} {cert_fp}";

[[nodiscard]] Submitter submitter_of(const Macros& macros, const std::optional<policy::IpAddress>& address);

}  // namespace smarttls::milter
