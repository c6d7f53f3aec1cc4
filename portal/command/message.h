// SPDX-License-Identifier: Apache-2.0
//
// smarttls message list: which messages are kept for pickup, and for whom.
// smarttls message open: one of them, as it was submitted; for who may read the private keys.
//
// Threads: one. Errors: complained about on `err`; the exit status says of which kind.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int message_list(const policy::Config& config, const std::vector<std::string>& words,
                               std::ostream& out, std::ostream& err, Style style);

[[nodiscard]] int message_open(const policy::Config& config, const std::vector<std::string>& words,
                               std::ostream& out, std::ostream& err, Style style);

}  // namespace smarttls::portal
