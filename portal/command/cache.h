// SPDX-License-Identifier: Apache-2.0
//
// smarttls cache show [DOMAIN] [--json]: what the engine keeps, and smarttls cache flush
// DOMAIN|--all: forgets it, with the best level ever seen.
//
// Both ask the engine by its socket (smarttls/cache_control.h says who may flush). Threads: one.
// Result: the exit status: 0 done, 1 nothing is kept, 69 the engine does not answer or refuses.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

/// `words` are those behind "cache show".
[[nodiscard]] int cache_show(const policy::Config& config,
                             const std::vector<std::string>& words, std::ostream& out,
                             std::ostream& err, Style style = Style::Plain);

/// `words` are those behind "cache flush".
[[nodiscard]] int cache_flush(const policy::Config& config,
                              const std::vector<std::string>& words, std::ostream& out,
                              std::ostream& err, Style style = Style::Plain);

}  // namespace smarttls::portal
