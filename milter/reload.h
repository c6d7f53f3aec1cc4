// SPDX-License-Identifier: Apache-2.0
//
// Reload: what a running milter takes over from its configuration file. Sessions keep the configuration that
// they began with.
//
//     Result<Reload> read = reload_config(running, file);
//
// Threads: pure functions, but for the reading of files. Errors: Misconfigured, one line per mistake;
// then nothing changes.
#pragma once

#include <string>
#include <vector>

#include "policy/config.h"

namespace smarttls::milter {

struct Reload {
    policy::Config config;
    std::vector<std::string> kept;  // options that take a restart, "[milter] socket", and differ
};

/// `fresh`, with what only a restart can change as it is in `running`.
[[nodiscard]] Reload take_over(const policy::Config& running, policy::Config fresh);

[[nodiscard]] policy::Result<Reload> reload_config(const policy::Config& running,
                                                   const std::string& file);

}  // namespace smarttls::milter
