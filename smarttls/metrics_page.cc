// SPDX-License-Identifier: Apache-2.0
#include "smarttls/metrics_page.h"

#include "smarttls/process_figures.h"

namespace smarttls::engine {
namespace {

using Kind = Exposition::Kind;

void show_build(Exposition& text) {
    text.family("smarttls_engine_build_info", Kind::Gauge, "Always 1; the version is a label.");
    text.sample({{"version", SMARTTLS_VERSION}}, std::uint64_t{1});
}

void show_caches(Exposition& text, VerdictCaches caches) {
    const VerdictMemory& probed = caches.probed.memory();
    const VerdictMemory& published = caches.published.memory();
    text.family("smarttls_engine_cache_entries", Kind::Gauge, "Entries of a cache in memory.");
    text.sample({{"cache", "verdicts"}}, std::uint64_t{probed.entries().size()});
    text.sample({{"cache", "published"}}, std::uint64_t{published.entries().size()});
    text.family("smarttls_engine_cache_bytes", Kind::Gauge, "Their bytes, estimated.");
    text.sample({{"cache", "verdicts"}}, std::uint64_t{probed.bytes()});
    text.sample({{"cache", "published"}}, std::uint64_t{published.bytes()});
}

void show_sessions(Exposition& text, const SessionScheduler& sessions) {
    const SessionFigures& figures = sessions.figures();
    text.family("smarttls_engine_sessions_open", Kind::Gauge, "SMTP sessions that are open now.");
    text.sample({}, std::uint64_t{sessions.open_sessions()});
    text.family("smarttls_engine_sessions_total", Kind::Counter,
                "SMTP sessions of probes, by their end.");
    text.sample({{"result", "not-connected"}}, figures.not_connected);
    text.sample({{"result", "unencrypted"}}, figures.unencrypted);
    text.sample({{"result", "encrypted"}}, figures.encrypted);
    text.family("smarttls_engine_backoffs_total", Kind::Counter,
                "Sessions after which a server is left alone, because it said \"not now\".");
    text.sample({}, figures.back_offs);
    text.family("smarttls_engine_known_addresses", Kind::Gauge,
                "Addresses of servers with a session, a queue or a back-off.");
    text.sample({}, std::uint64_t{sessions.known_addresses()});
}

void show_fetches(Exposition& text, const FetchFigures& fetches) {
    text.family("smarttls_engine_sts_fetches_total", Kind::Counter, "Fetches of MTA-STS policies.");
    text.sample({{"result", "fetched"}}, fetches.fetched);
    text.sample({{"result", "failed"}}, fetches.failed);
}

/// Names and meanings as in Prometheus' own client libraries.
void show_process(Exposition& text) {
    const ProcessFigures figures = process_figures();
    text.family("process_cpu_seconds_total", Kind::Counter, "User and system CPU time.");
    text.sample({}, figures.cpu_seconds);
    text.family("process_resident_memory_bytes", Kind::Gauge, "Memory in RAM.");
    text.sample({}, figures.resident_bytes);
    text.family("process_open_fds", Kind::Gauge, "Open file descriptors.");
    text.sample({}, figures.open_descriptors);
    text.family("process_max_fds", Kind::Gauge, "Most file descriptors that may be open.");
    text.sample({}, figures.most_descriptors);
    text.family("process_start_time_seconds", Kind::Gauge, "Start, in seconds since 1970.");
    text.sample({}, figures.start_time);
}

}  // namespace

std::string metrics_page(const Metrics& metrics, VerdictCaches caches,
                         const ConfiguredProber& prober) {
    Exposition text;
    show_build(text);
    metrics.show(text);
    show_caches(text, caches);
    show_sessions(text, prober.sessions());
    show_fetches(text, prober.fetches());
    show_process(text);
    return text.str();
}

}  // namespace smarttls::engine
