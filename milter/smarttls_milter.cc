// SPDX-License-Identifier: Apache-2.0
//
// smarttls-milter(8): reads the configuration, opens the evidence, starts the canary, serves the MTA.
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <filesystem>

#include "milter/callbacks.h"
#include "milter/canary.h"
#include "milter/outbox_sender.h"
#include "policy/parting.h"
#include "smarttls/daemon_options.h"
#include "smarttls/log.h"
#include "store/sealed_sweep.h"
#include "store/sealing/key.h"

namespace {

using smarttls::engine::Severity;

/// Signals are libmilter's business; threads that start before it must not take them.
void leave_signals_to_libmilter() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
}

/// Where mail may be kept: a place to write is there, and what a crash left is not.
smarttls::policy::Result<void> prepare_pickup(const smarttls::policy::Config& config) {
    const auto& store = config.store;
    const bool is_expected = keeps_for_pickup(config);
    if (!is_expected && !std::filesystem::is_directory(store.sealed)) return smarttls::policy::ok();
    auto removed = smarttls::store::sweep_sealed(store.sealed, store.evidence);
    if (!removed) return because(removed, "sealed");
    if (*removed > 0) {
        smarttls::engine::log(Severity::Warning, "removed " + std::to_string(*removed) +
                                                     " sealed message(s) that a crash left unregistered");
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto key = smarttls::store::load_public_key(store.public_keys, smarttls::store::Epoch::of(now));
    if (key || !is_expected) return smarttls::policy::ok();
    smarttls::engine::log(Severity::Error, "mail for pickup is deferred (451): " + key.error().what +
                                               " (smarttls keys create)");
    return smarttls::policy::ok();
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
    if (auto ready = prepare_pickup(services.config); !ready) {
        smarttls::engine::log(Severity::Error, ready.error().what);
        return EX_CONFIG;
    }
    smarttls::milter::Canary canary(services.config.milter);
    services.proof = &canary;
    if (auto opened = open_milter(services); !opened) {
        smarttls::engine::log(Severity::Error, opened.error().what);
        return EX_UNAVAILABLE;
    }
    // Not earlier: the MTA would ask this milter about the first notice, and not reach it.
    smarttls::milter::OutboxSender outbox(services.config, **evidence);
    services.outbox = &outbox;
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
