// SPDX-License-Identifier: Apache-2.0
//
// smarttls evidence search [--since ...] [--json]: decisions by time, class, domain, address, queue
// id and outcome, one line per message and recipient, newest first.
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

/// `arguments` are those behind "search".
[[nodiscard]] int evidence_search(const policy::Config& config,
                                  const std::vector<std::string>& arguments, std::ostream& out,
                                  std::ostream& err, Style style = Style::Plain);

}  // namespace smarttls::portal
