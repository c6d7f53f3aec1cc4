// SPDX-License-Identifier: Apache-2.0
//
// Metrics: what the engine counts about its probes, questions and clients. Whoever does something
// says so here; metrics_page.h shows it.
//
//     const ProbeInFlight probe(metrics);
//     metrics.probe_ended(verdict, duration);
//     metrics.show(text);
//
// The values of labels are words of ours, so that no stranger's data makes a new series.
// Ownership: outlives whoever counts. Threads: one thread (that of the engine). Errors: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string_view>
#include <utility>

#include "policy/verdict.h"
#include "smarttls/exposition.h"
#include "smarttls/kept_verdict.h"
#include "smarttls/maps.h"

namespace smarttls::engine {

/// How many there were of each kind. The kinds given at the start show as 0 from the beginning, as
/// Prometheus wants it.
template <class Kind>
class Tally {
  public:
    Tally() = default;
    explicit Tally(std::initializer_list<Kind> kinds) {
        for (const Kind& kind : kinds) numbers_[kind] = 0;
    }
    void add(const Kind& kind) { ++numbers_[kind]; }
    [[nodiscard]] const std::map<Kind, std::uint64_t>& numbers() const { return numbers_; }

  private:
    std::map<Kind, std::uint64_t> numbers_;
};

enum class Cache { Probed, Published };

enum class CacheResult {
    Hit,    // answered at once
    Stale,  // answered at once, by an expired verdict whose renewal fails
    Miss,   // waits for the file, or for a probe
};

class Metrics {
  public:
    void probe_ended(const policy::Verdict& verdict, std::chrono::steady_clock::duration duration);

    /// `known`: the answer, null when it has to be waited for.
    void cache_asked(Cache cache, const VerdictPtr& known);

    void client_came() {
        ++clients_;
        ++all_clients_;
    }
    void client_left() { --clients_; }
    /// `map`: of map_name().
    void answered(std::string_view map, AnswerStatus status) { answers_.add({map, status}); }

    void show(Exposition& text) const;

  private:
    friend class ProbeInFlight;
    void show_probes(Exposition& text) const;
    void show_cache(Exposition& text) const;
    void show_clients(Exposition& text) const;

    using Level = policy::Level;
    using CacheRow = std::pair<Cache, CacheResult>;
    Tally<Level> levels_{{Level::Unknown, Level::NoMail, Level::Forbidden, Level::Plaintext,
                          Level::Encrypted, Level::Pkix, Level::MtaSts, Level::Dane}};
    Tally<policy::Reason> reasons_;
    Histogram durations_;
    std::uint64_t probes_in_flight_ = 0;
    Tally<CacheRow> cache_{{{Cache::Probed, CacheResult::Hit},
                            {Cache::Probed, CacheResult::Stale},
                            {Cache::Probed, CacheResult::Miss},
                            {Cache::Published, CacheResult::Hit},
                            {Cache::Published, CacheResult::Stale},
                            {Cache::Published, CacheResult::Miss}}};
    std::uint64_t clients_ = 0;
    std::uint64_t all_clients_ = 0;
    Tally<std::pair<std::string_view, AnswerStatus>> answers_;
};

/// A probe for as long as it runs, however it ends.
class ProbeInFlight {
  public:
    explicit ProbeInFlight(Metrics& metrics) : metrics_(metrics) { ++metrics_.probes_in_flight_; }
    ProbeInFlight(const ProbeInFlight&) = delete;
    ProbeInFlight& operator=(const ProbeInFlight&) = delete;
    ~ProbeInFlight() { --metrics_.probes_in_flight_; }

  private:
    Metrics& metrics_;
};

}  // namespace smarttls::engine
