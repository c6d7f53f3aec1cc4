// SPDX-License-Identifier: Apache-2.0
//
// Two logs on one machine: the milter's, and that of the portal, a process of its own. Most verbs mean the milter's, and
// the portal's with --portal; what has to reach every trace of a person goes through all_logs().
//
//     {{"backup"}, of_either_log<backup>}
//     for (const policy::StoreSettings& log : all_logs(config)) ...
//
// Threads: one. Errors: Misconfigured (there is no log of a portal), told by the verb's exit status.
#pragma once

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "policy/config.h"
#include "portal/command/evidence_open.h"
#include "portal/command/render.h"
#include "store/sealing/epoch.h"

namespace smarttls::portal {

/// The configuration as if the portal's log were the only one.
[[nodiscard]] policy::Result<policy::Config> at_portal_log(policy::Config config);

/// The milter's, then the portal's, where one has begun.
[[nodiscard]] std::vector<policy::StoreSettings> all_logs(const policy::Config& config);

/// Of which something is kept that is sealed to them (store/evidence_prune.h).
[[nodiscard]] policy::Result<std::vector<store::Epoch>> months_of_all_logs(const policy::Config& config);

template <auto kVerb>
int of_either_log(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                  Style style) {
    std::vector<std::string> others = words;
    if (std::erase(others, "--portal") == 0) return kVerb(config, words, out, err, style);
    const auto chosen = at_portal_log(config);
    return chosen ? kVerb(*chosen, others, out, err, style) : complain(chosen.error(), err);
}

}  // namespace smarttls::portal
