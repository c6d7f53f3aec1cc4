// SPDX-License-Identifier: Apache-2.0
//
// The life of smarttlsd between configuration and exit: prober, cache, server, SIGTERM.
//
// Threads: the caller's, which does everything. Errors: logged; the exit status tells.
#pragma once

#include <chrono>
#include <string>

#include "policy/config.h"
#include "policy/verdict.h"

namespace smarttls::engine {

/// Serves until SIGTERM or SIGINT. Exit status: 0; 78 when the CA file or another setting cannot be
/// used; 69 when the socket cannot be opened.
[[nodiscard]] int run_daemon(const policy::EngineSettings& settings);

/// "example.nl: level=encrypted reasons=certificate-expired,busy hosts=2 ms=48", for the log.
[[nodiscard]] std::string probe_line(const policy::Verdict& verdict,
                                     std::chrono::milliseconds duration);

}  // namespace smarttls::engine
