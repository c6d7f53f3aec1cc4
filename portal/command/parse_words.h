// SPDX-License-Identifier: Apache-2.0
//
// parse_words(): the words behind a verb, by the options that the verb has.
//
//     po::options_description options;
//     options.add_options()("json", po::bool_switch(&arguments.json))("id", po::value(&arguments.ids));
//     auto values = parse_words(words, options, "id");     // what the options are bound to is set
//
// Threads: any. Errors: Malformed, in the words of Program_options.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <vector>

#include "policy/result.h"

namespace smarttls::portal {

/// `positional`: the option that takes words without a name, at the most so many (-1: any number).
[[nodiscard]] policy::Result<boost::program_options::variables_map> parse_words(
    const std::vector<std::string>& words,
    const boost::program_options::options_description& options, const char* positional = nullptr,
    int most = 1);

}  // namespace smarttls::portal
