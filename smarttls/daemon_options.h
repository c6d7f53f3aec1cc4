// SPDX-License-Identifier: Apache-2.0
//
// The command line that daemons share: --config FILE, --check-config, --version, --help.
//
//     const auto config = configure_daemon({"smarttlsd", "finds out ..."}, argc, argv);
//     if (const int* status = std::get_if<int>(&config)) return *status;
//
// Help and version go to stdout, a mistake to stderr. Threads: before the second one.
// Errors: exit status 2.
#pragma once

#include <string>
#include <variant>

#include "policy/config.h"

namespace smarttls::engine {

struct Program {
    std::string name;
    std::string purpose;  // what it does, for --help
};

struct DaemonOptions {
    std::string config_file;
    bool check_config = false;
};

/// The options, or the exit status of a run that ends here.
[[nodiscard]] std::variant<DaemonOptions, int> read_daemon_options(const Program& program, int argc,
                                                                   const char* const* argv);

/// The whole beginning of a daemon: names it for the log, reads options and configuration. The
/// configuration, or the exit status: 0 after --check-config, 78 when it is wrong.
[[nodiscard]] std::variant<policy::Config, int> configure_daemon(const Program& program, int argc,
                                                                 const char* const* argv);

}  // namespace smarttls::engine
