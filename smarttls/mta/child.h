// SPDX-License-Identifier: Apache-2.0
//
// Runs a program on this machine, such as one of the MTA, without a shell and takes what it prints.
//
// Threads: any. Errors: Temporary (cannot be started, takes too long), Misconfigured (exit status not
// 0: `what` has its first line of standard error).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::mta {

/// Standard output of `arguments[0]`, a path, or the name of a program in /usr/sbin; at most 1 MiB, 10 s.
/// `input`: what it reads as standard input.
[[nodiscard]] policy::Result<std::string> output_of(std::vector<std::string> arguments,
                                                    std::string_view input = {});

}  // namespace smarttls::mta
