// SPDX-License-Identifier: Apache-2.0
//
// smarttls outbox list: notices to senders that were not sent yet, and dead letters.
//
// Threads: one. Errors: complained about on `err`; the exit status says of which kind.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int outbox_list(const policy::Config& config, const std::vector<std::string>& words,
                              std::ostream& out, std::ostream& err, Style style);

}  // namespace smarttls::portal
