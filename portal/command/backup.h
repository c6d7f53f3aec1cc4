// SPDX-License-Identifier: Apache-2.0
//
// `smarttls backup` and `smarttls restore`: the evidence (store/backup.h, store/restore.h).
//
// Threads: one. Returns: the exit status (exit_status.h).
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int backup(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                         std::ostream& err, Style style);
[[nodiscard]] int restore(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                          std::ostream& err, Style style);

}  // namespace smarttls::portal
