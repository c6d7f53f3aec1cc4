// SPDX-License-Identifier: Apache-2.0
//
// Runs a program of the MTA without a shell and takes what it prints.
//
// Threads: any. Errors: Temporary (cannot be started, takes too long), Misconfigured (exit status not
// 0: `what` has its first line of standard error).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::milter {

/// Standard output of `arguments[0]`, found on the path of system programs; at most 1 MiB, 10 s.
/// `input`: what it reads as standard input.
[[nodiscard]] policy::Result<std::string> output_of(std::vector<std::string> arguments,
                                                    std::string_view input = {});

}  // namespace smarttls::milter
