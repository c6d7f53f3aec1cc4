// SPDX-License-Identifier: Apache-2.0
//
// What stands behind "smarttls check" on the command line, and the domains that it names: as
// arguments, or in files with one domain or address per line.
//
//     Result<CheckArguments> arguments = parse_check(words);
//     Result<Targets> targets = targets_of(*arguments, std::cin);
//
// In a file '#' begins a comment, and empty lines say nothing. A line that names no domain is a
// mistake with file and line, and the rest counts all the same. Each domain is asked once.
// Threads: one. Errors: Malformed (arguments, or a file that cannot be read).
#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "policy/next_hop.h"
#include "policy/result.h"

namespace smarttls::portal {

inline constexpr std::string_view kCheckUsage =
    "usage: smarttls check DOMAIN... [OPTION]...\n"
    "\n"
    "Tells how well the mail servers of a domain are protected, what would make them better, what\n"
    "Postfix is told, and what would happen to mail of each class. Several domains get a line each\n"
    "and a summary.\n"
    "\n"
    "  -f, --file FILE  domains or addresses, one per line, # begins a comment; - is standard input\n"
    "      --long       everything about each of several domains\n"
    "      --json       one JSON object per domain and line, in the order given: the verdict, or\n"
    "                   domain and error; the summary goes to standard error\n"
    "      --fresh      probe again, whatever the engine remembers\n"
    "      --direct     probe from here, without the engine\n"
    "      --class NAME the class that decides the exit status (the strictest one)\n"
    "\n"
    "Exit status: 0 meets the class, 1 does not, 75 unknown, 69 no answer, 2 usage or a line that\n"
    "names no domain, 78 configuration; of several domains the last of these that occurred. 130\n"
    "after Ctrl-C, which ends with the summary so far.\n";

struct CheckArguments {
    std::vector<std::string> domains;
    std::vector<std::string> files;
    std::string class_name;
    bool json = false;
    bool whole = false;  // --long
    bool fresh = false;
    bool direct = false;
    bool help = false;
};

/// One domain that is asked for.
struct Target {
    std::string text;  // as it was given
    policy::Result<policy::NextHop> next_hop;  // Malformed, with file and line where there are
};

struct Targets {
    std::vector<Target> all;   // in the order given
    std::size_t repeated = 0;  // left out: they stand in `all` already
};

[[nodiscard]] policy::Result<CheckArguments> parse_check(const std::vector<std::string>& words);

/// "example.nl", "bob@example.nl", "bücher.example", "[relay.example.nl]:587".
[[nodiscard]] policy::Result<policy::NextHop> parse_target(std::string_view text);

/// Domains first, then files; `standard_input` is the file "-".
[[nodiscard]] policy::Result<Targets> targets_of(const CheckArguments& arguments,
                                                 std::istream& standard_input);

}  // namespace smarttls::portal
