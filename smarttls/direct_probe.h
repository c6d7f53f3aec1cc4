// SPDX-License-Identifier: Apache-2.0
//
// One probe in the calling process, without the daemon: for `smarttls check` where no engine runs.
// Same code and settings as the daemon; nothing is remembered.
//
// Threads: the caller's, until the verdict is there. Errors: Misconfigured, Bug.
#pragma once

#include "policy/config.h"
#include "policy/next_hop.h"
#include "policy/result.h"
#include "policy/verdict.h"

namespace smarttls::engine {

[[nodiscard]] policy::Result<policy::Verdict> probe_directly(const policy::EngineSettings& settings,
                                                             const policy::NextHop& next_hop);

}  // namespace smarttls::engine
