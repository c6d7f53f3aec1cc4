// SPDX-License-Identifier: Apache-2.0
//
// smarttls phone set | remove | list | import: the numbers to which recipients get their codes, where the sender gave none.
//
// Threads: one. Errors: complained about on `err`; the exit status says of which kind.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "policy/result.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int phone_set(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                            std::ostream& err, Style style);
[[nodiscard]] int phone_remove(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                               std::ostream& err, Style style);
[[nodiscard]] int phone_list(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                             std::ostream& err, Style style);
[[nodiscard]] int phone_import(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                               std::ostream& err, Style style);

/// E.164 from what people write: "+31 6 12 34 56 78", "0031612345678". Malformed: a number without its country.
[[nodiscard]] policy::Result<std::string> read_phone_number(std::string_view text);

}  // namespace smarttls::portal
