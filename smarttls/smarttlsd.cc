// SPDX-License-Identifier: Apache-2.0
//
// smarttlsd(8), the SmartTLS engine: finds out how well the mail servers of a domain are protected
// and answers Postfix, the milter and the command on a UNIX socket.
#include <sysexits.h>

#include <exception>
#include <iostream>

#include "smarttls/daemon.h"
#include "smarttls/daemon_options.h"
#include "smarttls/log.h"

int main(int argc, char** argv) {
    namespace engine = smarttls::engine;
    const engine::Program program{"smarttlsd", "finds out how well mail servers are protected"};
    engine::set_program_name(program.name);
    const auto options = engine::read_daemon_options(program, argc, argv);
    if (const int* status = std::get_if<int>(&options)) return *status;
    const auto& [config_file, check_config] = std::get<engine::DaemonOptions>(options);
    const auto config = smarttls::policy::load_config(config_file);
    if (!config) {
        std::cerr << config.error().what << '\n';
        return EX_CONFIG;
    }
    if (check_config) {
        std::cout << config_file << ": the configuration is valid\n";
        return EX_OK;
    }
    try {
        return engine::run_daemon(config->engine);
    } catch (const std::exception& exception) {
        engine::log(engine::Severity::Error, std::string("bug: ") + exception.what());
        return EX_SOFTWARE;
    }
}
