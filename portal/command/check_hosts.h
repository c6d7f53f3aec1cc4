// SPDX-License-Identifier: Apache-2.0
//
// Mail servers as a table: one where the line is wide enough, else two, the second
// for TLS and certificates. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "policy/verdict.h"
#include "portal/command/table.h"

namespace smarttls::portal {

/// Nothing without hosts.
[[nodiscard]] std::string host_tables(const std::vector<policy::HostVerdict>& hosts,
                                      policy::WallTime now, const Layout& layout);

/// "Lab Intermediate CA": the common name of a name in RFC 2253 form, else the whole name.
[[nodiscard]] std::string common_name(const std::string& distinguished_name);

}  // namespace smarttls::portal
