// SPDX-License-Identifier: Apache-2.0
//
// smarttlsd(8), the SmartTLS engine: finds out how well the mail servers of a domain are protected
// and answers Postfix, the milter and the command on a UNIX socket.
#include <sysexits.h>

#include <exception>

#include "smarttls/daemon.h"
#include "smarttls/daemon_options.h"
#include "smarttls/log.h"

int main(int argc, char** argv) {
    namespace engine = smarttls::engine;
    const auto config = engine::configure_daemon(
        {"smarttlsd", "finds out how well mail servers are protected"}, argc, argv);
    if (const int* status = std::get_if<int>(&config)) return *status;
    try {
        return engine::run_daemon(std::get<smarttls::policy::Config>(config).engine);
    } catch (const std::exception& exception) {
        engine::log(engine::Severity::Error, std::string("bug: ") + exception.what());
        return EX_SOFTWARE;
    }
}
