// SPDX-License-Identifier: Apache-2.0
//
// `smarttls exception add`, `approve`, `revoke` and `list`: what people except from the classes.
//
// Each change is one transaction with its evidence and with the mail to the security contact, which the
// milter sends. Threads: one. Returns: the exit status (exit_status.h).
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int exception_add(const policy::Config& config, const std::vector<std::string>& words,
                                std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int exception_approve(const policy::Config& config, const std::vector<std::string>& words,
                                    std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int exception_revoke(const policy::Config& config, const std::vector<std::string>& words,
                                   std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int exception_list(const policy::Config& config, const std::vector<std::string>& words,
                                 std::ostream& out, std::ostream& err, Style style);

}  // namespace smarttls::portal
