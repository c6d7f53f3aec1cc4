// SPDX-License-Identifier: Apache-2.0
//
// smarttls check DOMAIN... [--json] [--fresh] [--direct] [--class NAME]: how well the mail servers
// of a domain are protected, and what that means for each class.
//
// Asks the engine where its socket answers; otherwise, or with --direct, probes with the same code
// and settings. Threads: one. Result: the exit status: 0 meets the class (the strictest one, or
// --class), 1 does not, 75 unknown, 69 no answer.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

/// `arguments` are those behind "check".
[[nodiscard]] int check(const policy::Config& config, const std::vector<std::string>& arguments,
                        std::ostream& out, std::ostream& err, Style style = Style::Plain);

}  // namespace smarttls::portal
