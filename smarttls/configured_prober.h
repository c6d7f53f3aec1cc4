// SPDX-License-Identifier: Apache-2.0
//
// ConfiguredProber: a Prober with its resolver, CA certificates, profile, MTA-STS policies and
// limits as [engine] says, and what reads publications with the same.
//
//     auto prober = ConfiguredProber::open(executor, config.engine);
//     policy::Verdict verdict = co_await (*prober)->probe(next_hop);
//
// Ownership: outlives every probe, also a cancelled one; so it is destroyed after the io_context.
// Threads: one thread (that of the executor). Errors of open(): Misconfigured.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "policy/config.h"
#include "policy/next_hop.h"
#include "policy/result.h"
#include "policy/verdict.h"
#include "smarttls/dns/resolver.h"
#include "smarttls/probe.h"
#include "smarttls/published.h"
#include "smarttls/sts/archive.h"
#include "smarttls/tls/trust.h"

namespace smarttls::engine {

/// Fetches of MTA-STS policies since the start.
struct FetchFigures {
    std::uint64_t fetched = 0;
    std::uint64_t failed = 0;
};

class ConfiguredProber {
  public:
    [[nodiscard]] static policy::Result<std::unique_ptr<ConfiguredProber>> open(
        boost::asio::any_io_executor executor, const policy::EngineSettings& settings);
    ConfiguredProber(const ConfiguredProber&) = delete;
    ConfiguredProber& operator=(const ConfiguredProber&) = delete;

    /// Ends within probe-deadline.
    boost::asio::awaitable<policy::Verdict> probe(policy::NextHop next_hop,
                                                  Freshness freshness = {});
    /// Runs for ever: MTA-STS policies are fetched again before anybody asks (sts/renewal.h).
    boost::asio::awaitable<void> renew_policies();
    /// For the map `default` (published.h).
    boost::asio::awaitable<policy::Verdict> read_published(policy::NextHop next_hop);

    [[nodiscard]] const SessionScheduler& sessions() const { return prober_.sessions(); }
    [[nodiscard]] const FetchFigures& fetches() const { return fetches_; }

  private:
    ConfiguredProber(boost::asio::any_io_executor executor, const policy::EngineSettings& settings,
                     Trust trust, ProbeSettings probe_settings);
    [[nodiscard]] StsQuestion question();
    boost::asio::awaitable<StsFetched> fetch(policy::DomainName domain, policy::Deadline deadline);
    void warm_up(const std::string& cache_file);

    std::chrono::seconds probe_deadline_;
    Trust trust_;
    Resolver resolver_;
    std::unique_ptr<StsArchive> archive_;  // null: MTA-STS policies stay in memory
    StsFetcher fetcher_;
    FetchFigures fetches_;
    StsFinder finder_;
    Prober prober_;
    Publications publications_;
};

/// The time of day, in the seconds of verdicts.
[[nodiscard]] policy::WallTime wall_time();

}  // namespace smarttls::engine
