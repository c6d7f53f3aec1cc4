// SPDX-License-Identifier: Apache-2.0
//
// smarttls evidence export QUEUE-ID [-o FILE]: all that is kept about a message, with proofs, for somebody who has
// neither this machine nor reason to trust it.
//
// Threads: one. Result: the exit status (exit_status.h); the bundle goes to `out`, what is to be said about it to `err`.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

/// `arguments` are those behind "export".
[[nodiscard]] int evidence_export(const policy::Config& config, const std::vector<std::string>& words,
                                  std::ostream& out, std::ostream& err, Style style = Style::Plain);

}  // namespace smarttls::portal
