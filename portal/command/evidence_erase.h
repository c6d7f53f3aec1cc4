// SPDX-License-Identifier: Apache-2.0
//
// `smarttls evidence erase` and `smarttls evidence prune`: what the evidence does not keep (store/evidence_erasure.h,
// store/evidence_prune.h).
//
// Threads: one. Returns: the exit status (exit_status.h).
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/render.h"

namespace smarttls::portal {

[[nodiscard]] int evidence_erase(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                                 std::ostream& err, Style style);
[[nodiscard]] int evidence_prune(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                                 std::ostream& err, Style style);

}  // namespace smarttls::portal
