// SPDX-License-Identifier: Apache-2.0
//
// smarttls-milter(8): reads the configuration, opens the evidence, starts the canary, serves the MTA.
// SIGUSR1: reads the configuration again. SIGTERM, SIGINT, SIGHUP: takes no new transactions, lets those that
// are open finish for a while, and ends.
#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "milter/callbacks.h"
#include "milter/canary.h"
#include "milter/checkpoint_watch.h"
#include "milter/delivery/delivery_evidence.h"
#include "milter/exception_watch.h"
#include "milter/outbox_sender.h"
#include "milter/pickup_watch.h"
#include "milter/reload.h"
#include "milter/serving.h"
#include "policy/parting.h"
#include "policy/text.h"
#include "smarttls/daemon_options.h"
#include "smarttls/log.h"
#include "store/sealed_sweep.h"
#include "store/sealing/key.h"

namespace {

using smarttls::engine::Severity;

using smarttls::milter::Services;
using smarttls::policy::Deadline;
using std::chrono_literals::operator""s;

constexpr auto kFinishing = 30s;  // and the rest of the unit's TimeoutStopSec= for what waits in a callback

/// Of signals, main alone takes any: for those sent to a process Linux prefers its first thread, when it waits.
/// libmilter waits for SIGTERM as well, and would end without regard to transactions.
sigset_t leave_signals_to_main() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
    sigset_t awaited;
    sigemptyset(&awaited);
    for (const int one : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, smarttls::milter::kServingEnded}) {
        sigaddset(&awaited, one);
    }
    return awaited;
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

/// No more sessions than there are descriptors for.
void limit_sessions(smarttls::policy::Config& config) {
    const std::size_t room = smarttls::milter::room_for_sessions();
    if (config.milter.session_limit <= room) return;
    smarttls::engine::log(Severity::Warning, "session-limit is " + std::to_string(room) +
                                                 " because of the limit on descriptors (LimitNOFILE=)");
    config.milter.session_limit = static_cast<std::uint32_t>(room);
}

/// Sessions that begin from now on have the new configuration; with a mistake in it, nothing changes.
void reload(Services& services, const std::string& file) {
    auto read = smarttls::milter::reload_config(services.config, file);
    if (!read) {
        for (const auto line : smarttls::policy::split(read.error().what, '\n')) {
            smarttls::engine::log(Severity::Error, "not reloaded: " + std::string(line));
        }
        return;
    }
    for (const std::string& option : read->kept) {
        smarttls::engine::log(Severity::Warning, option + " changes with a restart only: it stays as it was");
    }
    limit_sessions(read->config);
    services.config = std::move(read->config);
    use_services(std::make_shared<const Services>(services));
    smarttls::engine::log(Severity::Info, "reloaded " + file + ": configuration " +
                                              services.config.version + " is for sessions that begin now");
}

void let_transactions_finish() {
    auto& occupancy = smarttls::milter::occupancy();
    smarttls::engine::log(Severity::Info, "stopping; open transactions: " +
                                              std::to_string(occupancy.transactions()));
    const std::size_t left = occupancy.drain(Deadline::after(Deadline::Clock::now(), kFinishing));
    if (left == 0) return;
    smarttls::engine::log(Severity::Warning, std::to_string(left) + " transaction(s) did not finish in " +
                                                 std::to_string(kFinishing.count()) + " s and get 451");
}

/// Until a signal to stop, or until libmilter gives up.
void wait_for_the_end(const sigset_t& awaited, Services& services, const std::string& file) {
    for (;;) {
        int signal = 0;
        if (sigwait(&awaited, &signal) != 0) continue;
        if (signal == smarttls::milter::kServingEnded) return;
        if (signal != SIGUSR1) return let_transactions_finish();
        reload(services, file);
    }
}

/// Without the list nobody is known to be a consumer: no way to keep what a class demands for them.
smarttls::policy::Result<void> prepare_consumers(Services& services) {
    const auto& config = services.config;
    auto loaded = smarttls::policy::load_consumer_domains(config.milter.consumer_domains);
    if (loaded) {
        services.consumers = *std::move(loaded);
        return smarttls::policy::ok();
    }
    const bool is_needed = std::any_of(config.classes.begin(), config.classes.end(), [](const auto& one) {
        return one.consumer == smarttls::policy::ConsumerMail::Portal;
    });
    if (is_needed) return because(loaded, "consumer-domains");
    smarttls::engine::log(Severity::Warning, "consumer-domains: " + loaded.error().what);
    return smarttls::policy::ok();
}

int serve(Services& services, const std::string& file) {
    const sigset_t awaited = leave_signals_to_main();
    umask(0007);  // the MTA reaches the socket by its group
    auto evidence = smarttls::store::EvidenceWriter::open(services.config.store);
    if (!evidence) {
        smarttls::engine::log(Severity::Error, evidence.error().what);
        return EX_UNAVAILABLE;
    }
    services.evidence = evidence->get();
    if (auto ready = prepare_pickup(services.config); !ready) {
        smarttls::engine::log(Severity::Error, ready.error().what);
        return EX_CONFIG;
    }
    limit_sessions(services.config);
    if (auto ready = prepare_consumers(services); !ready) {
        smarttls::engine::log(Severity::Error, ready.error().what);
        return EX_CONFIG;
    }
    smarttls::milter::Canary canary(services.config.milter);
    services.proof = &canary;
    auto opened = smarttls::milter::register_callbacks();
    if (opened) opened = smarttls::milter::open_milter(services.config.milter.socket);
    if (!opened) {
        smarttls::engine::log(Severity::Error, opened.error().what);
        return EX_UNAVAILABLE;
    }
    // Not earlier: the MTA would ask this milter about the first notice, and not reach it.
    smarttls::milter::OutboxSender outbox(services.config, **evidence);
    services.outbox = &outbox;
    use_services(std::make_shared<const Services>(services));
    smarttls::milter::Serving serving(services.config.milter.socket);
    const smarttls::milter::CheckpointWatch checkpoints(services.config.store, **evidence);
    smarttls::milter::ExceptionWatch watch(services.config, **evidence, outbox);
    const smarttls::milter::PickupWatch pickups(services.config);
    smarttls::milter::DeliveryEvidence deliveries(services.config, **evidence, &outbox);
    const auto follower = smarttls::milter::follow_deliveries(services.config.delivery_log, deliveries);
    smarttls::engine::log(Severity::Info, "ready on " + services.config.milter.socket);
    wait_for_the_end(awaited, services, file);
    // While the milter still answers: in the middle of a dialog with the MTA, both would wait for it.
    outbox.stop();
    canary.stop();
    if (auto served = serving.stop(); !served) {
        smarttls::engine::log(Severity::Error, served.error().what);
        return EX_SOFTWARE;
    }
    smarttls::engine::log(Severity::Info, "stopped");
    return EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
    namespace engine = smarttls::engine;
    const engine::Program program{"smarttls-milter", "keeps sensitive mail on protected connections"};
    auto config = engine::configure_daemon(program, argc, argv);
    if (const int* status = std::get_if<int>(&config)) return *status;
    const auto options = std::get<engine::DaemonOptions>(engine::read_daemon_options(program, argc, argv));
    Services services;
    services.config = std::get<smarttls::policy::Config>(std::move(config));
    return serve(services, options.config_file);
}
