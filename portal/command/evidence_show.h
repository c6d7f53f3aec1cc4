// SPDX-License-Identifier: Apache-2.0
//
// smarttls evidence show QUEUE-ID [--json]: the story of a message as it was decided.
//
// Reads the evidence database and nothing else; needs no running daemon.
// Threads: one. Result: the exit status (exit_status.h); errors are sentences on `err`.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

/// `arguments` are those behind "show".
[[nodiscard]] int evidence_show(const policy::Config& config,
                                const std::vector<std::string>& arguments, std::ostream& out,
                                std::ostream& err, Style style = Style::Plain);

}  // namespace smarttls::portal
