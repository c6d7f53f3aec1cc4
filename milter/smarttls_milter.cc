// SPDX-License-Identifier: Apache-2.0
//
// smarttls-milter(8): reads the configuration, opens the evidence, starts the canary, serves the MTA.
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>


#include "milter/callbacks.h"
#include "milter/canary.h"
#include "smarttls/daemon_options.h"
#include "smarttls/log.h"

namespace {

using smarttls::engine::Severity;

/// Signals are libmilter's business; threads that start before it must not take them.
void leave_signals_to_libmilter() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
}

int serve(smarttls::milter::Services& services) {
    leave_signals_to_libmilter();
    umask(0007);  // the MTA reaches the socket by its group
    auto evidence = smarttls::store::EvidenceWriter::open(
        services.config.store.evidence, services.config.store.message_keys);
    if (!evidence) {
        smarttls::engine::log(Severity::Error, evidence.error().what);
        return EX_UNAVAILABLE;
    }
    services.evidence = evidence->get();
    smarttls::milter::Canary canary(services.config.milter);
    services.proof = &canary;
    if (auto opened = open_milter(services); !opened) {
        smarttls::engine::log(Severity::Error, opened.error().what);
        return EX_UNAVAILABLE;
    }
    smarttls::engine::log(Severity::Info, "ready on " + services.config.milter.socket);
    if (auto served = smarttls::milter::run_milter(); !served) {
        smarttls::engine::log(Severity::Error, served.error().what);
        return EX_SOFTWARE;
    }
    smarttls::engine::log(Severity::Info, "stopped");
    return EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
    namespace engine = smarttls::engine;
    auto config = engine::configure_daemon(
        {"smarttls-milter", "keeps sensitive mail on protected connections"}, argc, argv);
    if (const int* status = std::get_if<int>(&config)) return *status;
    smarttls::milter::Services services;
    services.config = std::get<smarttls::policy::Config>(std::move(config));
    return serve(services);
}
