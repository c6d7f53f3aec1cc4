// SPDX-License-Identifier: Apache-2.0
//
// smarttls keys create: the key pairs that messages are sealed to, one for each month.
// smarttls keys list: which are there.
// smarttls keys destroy: the private key of a month that nobody needs any more.
//
// Threads: one. Errors: complained about on `err`; the exit status says of which kind.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int keys_create(const policy::Config& config, const std::vector<std::string>& words,
                              std::ostream& out, std::ostream& err, Style style);

[[nodiscard]] int keys_destroy(const policy::Config& config, const std::vector<std::string>& words,
                               std::ostream& out, std::ostream& err, Style style);
[[nodiscard]] int keys_list(const policy::Config& config, const std::vector<std::string>& words,
                            std::ostream& out, std::ostream& err, Style style);

}  // namespace smarttls::portal
