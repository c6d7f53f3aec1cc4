// SPDX-License-Identifier: Apache-2.0
#include "portal/command/parse_words.h"

#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>

namespace smarttls::portal {

namespace po = boost::program_options;

policy::Result<po::variables_map> parse_words(const std::vector<std::string>& words,
                                              const po::options_description& options,
                                              const char* positional, int most) {
    po::positional_options_description positions;
    if (positional != nullptr) positions.add(positional, most);
    po::variables_map values;
    try {
        po::store(po::command_line_parser(words).options(options).positional(positions).run(),
                  values);
        po::notify(values);
    } catch (const po::error& error) {
        return policy::fail(policy::ErrorKind::Malformed, error.what());
    }
    return values;
}

}  // namespace smarttls::portal
