// SPDX-License-Identifier: Apache-2.0
#include "smarttls/daemon.h"

#include <signal.h>
#include <sys/resource.h>
#include <sysexits.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "policy/text.h"
#include "smarttls/configured_prober.h"
#include "smarttls/log.h"
#include "smarttls/metrics_page.h"
#include "smarttls/metrics_server.h"
#include "smarttls/server.h"
#include "smarttls/verdict_maker.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Result;
using policy::Verdict;

namespace {

/// A probe ends by itself at its deadline. With the default of 90 s the answer still comes before
/// Postfix gives up on the socket, after 100 s.
constexpr std::chrono::seconds kAnswerMargin{5};
constexpr std::chrono::seconds kShutdownGrace{5};

/// Each probe and each client holds descriptors. The soft limit is low for the sake of programs
/// that use select(2) (systemd.exec(5), LimitNOFILE=); this one does not.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

asio::awaitable<Verdict> probe_and_log(ConfiguredProber* prober, Metrics* metrics,
                                       policy::NextHop next_hop, Freshness freshness) {
    const auto begin = Deadline::Clock::now();
    const ProbeInFlight in_flight(*metrics);
    Verdict verdict = co_await prober->probe(std::move(next_hop), freshness);
    const auto duration = Deadline::Clock::now() - begin;
    metrics->probe_ended(verdict, duration);
    log(Severity::Info,
        probe_line(verdict, std::chrono::duration_cast<std::chrono::milliseconds>(duration)));
    co_return verdict;
}

asio::awaitable<void> until_told_to_stop() {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGTERM, SIGINT);
    co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
}

/// The second signal ends the process at once: nobody catches it any more.
asio::awaitable<void> stop_when_told(asio::io_context* io, Server* server) {
    co_await until_told_to_stop();
    log(Severity::Info, "stopping");
    co_await server->shutdown(Deadline::after(Deadline::Clock::now(), kShutdownGrace));
    io->stop();
}

/// Runs for ever. By default the signal, by which the milter reads its configuration again, would end the process.
asio::awaitable<void> answer_reload() {
    asio::signal_set signals(co_await asio::this_coro::executor, SIGUSR1);
    for (;;) {
        co_await signals.async_wait(asio::use_awaitable);
        log(Severity::Warning, "SIGUSR1: the engine reads its configuration when it starts; restart it for what has changed");
    }
}

CacheLimits probed_limits(const policy::EngineSettings& settings) {
    CacheLimits limits{settings.cache_entries, settings.failure_ttl};
    limits.most_bytes = settings.cache_memory;
    limits.insecure_ttl = settings.insecure_ttl;
    limits.stale_ttl = settings.stale_ttl;
    limits.best_seen_ttl = settings.best_seen_ttl;
    return limits;
}

/// What a domain publishes is cheap to read again, so it is not archived; and to publish nothing
/// is Plaintext there, which is no finding about anybody's servers and needs no cap.
CacheLimits published_limits(const policy::EngineSettings& settings) {
    CacheLimits limits{settings.cache_entries, settings.failure_ttl};
    limits.most_bytes = settings.cache_memory / 4;
    limits.stale_ttl = settings.stale_ttl;
    return limits;
}

/// Null, with a warning, when it cannot be used: the engine works as well without.
std::unique_ptr<VerdictArchive> open_archive(const asio::any_io_executor& executor,
                                             const policy::EngineSettings& settings) {
    if (settings.cache_file.empty()) return nullptr;
    const ArchiveLimits limits{settings.cache_size, settings.best_seen_ttl, maker_of(settings)};
    auto archive = VerdictArchive::open(settings.cache_file, limits, executor);
    if (archive) return *std::move(archive);
    log(Severity::Warning,
        "cache-file: verdicts are kept in memory only: " + archive.error().what);
    return nullptr;
}

ConnectionLimits connection_limits(const policy::EngineSettings& settings) {
    ConnectionLimits limits{settings.probe_deadline + kAnswerMargin};
    limits.tlsrpt = settings.tlsrpt;
    return limits;
}

/// Null, with a warning, when it cannot be used: mail does not wait for want of figures.
std::unique_ptr<MetricsServer> open_metrics(const asio::any_io_executor& executor,
                                            const std::string& path, MetricsPage page) {
    if (path.empty()) return nullptr;
    auto server = MetricsServer::open(executor, path, std::move(page));
    if (server) return *std::move(server);
    log(Severity::Warning, "metrics-socket: there are no metrics: " + server.error().what);
    return nullptr;
}

/// Runs for ever.
asio::awaitable<void> maintain(VerdictCaches caches) {
    asio::steady_timer second(co_await asio::this_coro::executor);
    for (;;) {
        second.expires_after(std::chrono::seconds(1));
        co_await second.async_wait(asio::use_awaitable);
        caches.probed.maintain();
        caches.published.maintain();
    }
}

}  // namespace

std::string probe_line(const Verdict& verdict, std::chrono::milliseconds duration) {
    std::vector<std::string> reasons;
    for (const policy::Reason reason : verdict.reasons) reasons.emplace_back(to_string(reason));
    return verdict.domain + ": level=" + std::string(to_string(verdict.level)) +
           " grade=" + std::string(to_string(verdict.grade)) +
           " reasons=" + policy::join(reasons, ",") +
           " hosts=" + std::to_string(verdict.hosts.size()) +
           " ms=" + std::to_string(duration.count());
}

int run_daemon(const policy::EngineSettings& settings) {
    static_cast<void>(::signal(SIGPIPE, SIG_IGN));
    raise_descriptor_limit();
    Result<std::unique_ptr<ConfiguredProber>> prober;  // outlives the probes, which die with `io`
    asio::io_context io(1);
    prober = ConfiguredProber::open(io.get_executor(), settings);
    if (!prober) {
        log(Severity::Error, "configuration: " + prober.error().what);
        return EX_CONFIG;
    }
    Metrics metrics;
    const auto probe = [prober = prober->get(), &metrics](policy::NextHop next_hop,
                                                          Freshness freshness) {
        return probe_and_log(prober, &metrics, std::move(next_hop), freshness);
    };
    const auto archive = open_archive(io.get_executor(), settings);
    VerdictCache cache(io.get_executor(), probed_limits(settings), probe, wall_time);
    if (archive) cache.keep_in(*archive);
    const auto read = [prober = prober->get()](policy::NextHop next_hop, Freshness) {
        return prober->read_published(std::move(next_hop));
    };
    VerdictCache published(io.get_executor(), published_limits(settings), read, wall_time);
    auto server = Server::open(io.get_executor(), settings.socket, {cache, published},
                               connection_limits(settings), metrics);
    if (!server) {
        log(Severity::Error, server.error().what);
        return EX_UNAVAILABLE;
    }
    const auto metrics_server = open_metrics(io.get_executor(), settings.metrics_socket, [&] {
        return metrics_page(metrics, {cache, published}, **prober);
    });
    asio::co_spawn(io, stop_when_told(&io, server->get()), asio::detached);
    asio::co_spawn(io, answer_reload(), asio::detached);
    asio::co_spawn(io, maintain({cache, published}), asio::detached);
    asio::co_spawn(io, (*prober)->renew_policies(), asio::detached);
    log(Severity::Info, "ready on " + settings.socket);
    io.run();
    log(Severity::Info, "stopped");
    return EX_OK;
}

}  // namespace smarttls::engine
