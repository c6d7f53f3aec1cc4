// SPDX-License-Identifier: Apache-2.0
#include "smarttls/daemon_options.h"

#include <sysexits.h>

#include <boost/program_options.hpp>
#include <iostream>

#include "smarttls/log.h"

namespace smarttls::engine {
namespace {

namespace po = boost::program_options;

constexpr int kExitUsage = 2;

}  // namespace

std::variant<DaemonOptions, int> read_daemon_options(const Program& program, int argc,
                                                     const char* const* argv) {
    DaemonOptions options;
    options.config_file = policy::kDefaultConfigFile;
    po::options_description described(program.name + ": " + program.purpose);
    described.add_options()("help,h", "show this help");
    described.add_options()("version,V", "show the version");
    described.add_options()("config,c", po::value(&options.config_file)->value_name("FILE"),
                            ("configuration file (" + options.config_file + ")").c_str());
    described.add_options()("check-config", po::bool_switch(&options.check_config),
                            "check the configuration and end");
    po::variables_map values;
    try {
        po::store(po::command_line_parser(argc, argv).options(described).positional({}).run(),
                  values);
        po::notify(values);
    } catch (const po::error& error) {
        std::cerr << program.name << ": " << error.what() << '\n';
        return kExitUsage;
    }
    if (values.count("help") != 0) {
        std::cout << described;
        return EX_OK;
    }
    if (values.count("version") != 0) {
        std::cout << program.name << " " SMARTTLS_VERSION "\n";
        return EX_OK;
    }
    return options;
}

std::variant<policy::Config, int> configure_daemon(const Program& program, int argc,
                                                   const char* const* argv) {
    set_program_name(program.name);
    const auto options = read_daemon_options(program, argc, argv);
    if (const int* status = std::get_if<int>(&options)) return *status;
    const auto& [config_file, check_config] = std::get<DaemonOptions>(options);
    auto config = policy::load_config(config_file);
    if (!config) {
        std::cerr << config.error().what << '\n';
        return EX_CONFIG;
    }
    if (check_config) {
        std::cout << config_file << ": the configuration is valid\n";
        return EX_OK;
    }
    return *std::move(config);
}

}  // namespace smarttls::engine
