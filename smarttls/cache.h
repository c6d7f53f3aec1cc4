// SPDX-License-Identifier: Apache-2.0
//
// VerdictCache: verdicts in memory, and the probes that are running. One probe per next hop at a
// time; whoever asks meanwhile waits for the same result.
//
//     auto pending = cache.start(next_hop);                         // the probe runs from here on
//     VerdictPtr verdict = co_await wait(pending, deadline);        // null: the deadline passed
//
// A probe belongs to the cache: it goes on when nobody waits any more, and its result is kept until
// Verdict::expires. At most `most_entries` verdicts are kept; the least recently used goes first.
// A probe that throws is a bug: it is logged, and its waiters get Unknown with protocol-error.
// Ownership: outlives the run of the executor's context. Threads: one thread (that of the
// executor). Errors: none.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "policy/deadline.h"
#include "policy/next_hop.h"
#include "policy/verdict.h"
#include "smarttls/freshness.h"

namespace smarttls::engine {

using VerdictPtr = std::shared_ptr<const policy::Verdict>;

/// A verdict that is there, or the promise of one.
class PendingVerdict {
  public:
    PendingVerdict() = default;
    explicit PendingVerdict(VerdictPtr verdict) : verdict_(std::move(verdict)) {}

    [[nodiscard]] const VerdictPtr& verdict() const { return verdict_; }  // null while probing
    void settle(VerdictPtr verdict);                                      // wakes all waiters

  private:
    friend class Waiter;
    VerdictPtr verdict_;
    std::list<boost::asio::steady_timer*> waiters_;
};

using PendingPtr = std::shared_ptr<PendingVerdict>;

/// The verdict, or null when the deadline passed or the waiting was cancelled. Neither touches the
/// probe.
[[nodiscard]] boost::asio::awaitable<VerdictPtr> wait(PendingPtr pending,
                                                      policy::Deadline deadline);

struct CacheLimits {
    std::size_t most_entries = 0;
    std::chrono::seconds failure_ttl{};  // how long the verdict about a thrown exception is kept
};

class VerdictCache {
  public:
    using Probe = std::function<boost::asio::awaitable<policy::Verdict>(policy::NextHop, Freshness)>;
    using WallClock = std::function<policy::WallTime()>;

    VerdictCache(boost::asio::any_io_executor executor, CacheLimits limits, Probe probe,
                 WallClock now);

    /// The verdict that is kept and has not expired; else the running probe, else a new one.
    [[nodiscard]] PendingPtr start(const policy::NextHop& next_hop);
    /// The running probe, else a new one, whatever is kept.
    [[nodiscard]] PendingPtr start_fresh(const policy::NextHop& next_hop);

  private:
    struct Entry {
        std::string key;
        VerdictPtr verdict;
    };

    [[nodiscard]] PendingPtr probe(const policy::NextHop& next_hop, Freshness freshness);
    [[nodiscard]] VerdictPtr find_valid(const std::string& key);
    void finish(const std::string& key, std::exception_ptr thrown, policy::Verdict verdict);
    void keep(const std::string& key, VerdictPtr verdict);
    [[nodiscard]] policy::Verdict failure(const std::string& key, std::exception_ptr thrown) const;

    boost::asio::any_io_executor executor_;
    CacheLimits limits_;
    Probe probe_;
    WallClock now_;
    std::list<Entry> entries_;  // most recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> index_;
    std::unordered_map<std::string, PendingPtr> running_;
};

/// What the maps are answered from. Each outlives whoever gets this.
struct VerdictCaches {
    VerdictCache& probed;     // verdicts of probes: verdict, fresh, mta-sts, pkix
    VerdictCache& published;  // of published.h: default, and nothing else
};

}  // namespace smarttls::engine
