// SPDX-License-Identifier: Apache-2.0
#include "smarttls/metrics.h"

namespace smarttls::engine {
namespace {

using Kind = Exposition::Kind;
using policy::to_string;

std::string_view to_string(Cache cache) {
    return cache == Cache::Probed ? "verdicts" : "published";
}

std::string_view to_string(CacheResult result) {
    switch (result) {
        case CacheResult::Hit:
            return "hit";
        case CacheResult::Stale:
            return "stale";
        case CacheResult::Miss:
            return "miss";
    }
    return "";
}

std::string_view to_string(AnswerStatus status) {
    switch (status) {
        case AnswerStatus::Ok:
            return "ok";
        case AnswerStatus::NotFound:
            return "notfound";
        case AnswerStatus::Temp:
            return "temp";
        case AnswerStatus::Perm:
            return "perm";
    }
    return "";
}

template <class Row>
void show_each(Exposition& text, std::string_view label, const Tally<Row>& tally) {
    for (const auto& [row, number] : tally.numbers()) {
        text.sample({{label, to_string(row)}}, number);
    }
}

}  // namespace

void Metrics::probe_ended(const policy::Verdict& verdict,
                          std::chrono::steady_clock::duration duration) {
    levels_.add(verdict.level);
    for (const policy::Reason reason : verdict.reasons) reasons_.add(reason);
    durations_.observe(std::chrono::duration<double>(duration).count());
}

void Metrics::cache_asked(Cache cache, const VerdictPtr& known) {
    CacheResult result = CacheResult::Miss;
    if (known) result = known->stale ? CacheResult::Stale : CacheResult::Hit;
    cache_.add({cache, result});
}

void Metrics::show(Exposition& text) const {
    show_probes(text);
    show_cache(text);
    show_clients(text);
}

void Metrics::show_probes(Exposition& text) const {
    text.family("smarttls_engine_probes_total", Kind::Counter,
                "Finished probes of a domain, by the level that was found.");
    show_each(text, "level", levels_);
    text.family("smarttls_engine_probe_reasons_total", Kind::Counter,
                "Reasons in the verdicts of finished probes; a probe may have several or none.");
    show_each(text, "reason", reasons_);
    text.family("smarttls_engine_probe_duration_seconds", Kind::Histogram,
                "Duration of finished probes.");
    text.samples(durations_);
    text.family("smarttls_engine_probes_in_flight", Kind::Gauge, "Probes that run now.");
    text.sample({}, probes_in_flight_);
}

void Metrics::show_cache(Exposition& text) const {
    text.family("smarttls_engine_cache_requests_total", Kind::Counter,
                "Questions to a cache in memory: known (hit), expired while its renewal fails "
                "(stale), or waiting for the file or a probe (miss).");
    for (const auto& [row, number] : cache_.numbers()) {
        text.sample({{"cache", to_string(row.first)}, {"result", to_string(row.second)}}, number);
    }
}

void Metrics::show_clients(Exposition& text) const {
    text.family("smarttls_engine_clients", Kind::Gauge, "Clients of the socket now.");
    text.sample({}, clients_);
    text.family("smarttls_engine_clients_total", Kind::Counter, "Clients of the socket so far.");
    text.sample({}, all_clients_);
    text.family("smarttls_engine_answers_total", Kind::Counter,
                "Answers on the socket, by map and status.");
    for (const auto& [row, number] : answers_.numbers()) {
        text.sample({{"map", row.first}, {"status", to_string(row.second)}}, number);
    }
}

}  // namespace smarttls::engine
