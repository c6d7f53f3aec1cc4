// SPDX-License-Identifier: Apache-2.0
//
// From what people and SMTPUTF8 write to the one form of a domain name: U-labels become A-labels
// (RFC 5891 §5, UTS #46 non-transitional).
//
//     Result<policy::DomainName> name = to_domain_name("bücher.example");   //
//     xn--bcher-kva.example
//
// Threads: pure function. Errors: Malformed.
#pragma once

#include <string_view>

#include "policy/domain_name.h"

namespace smarttls::engine {

/// ASCII, A-labels included, goes straight to DomainName::parse.
[[nodiscard]] policy::Result<policy::DomainName> to_domain_name(std::string_view utf8_or_ascii);

}  // namespace smarttls::engine
