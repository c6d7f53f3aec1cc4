// SPDX-License-Identifier: Apache-2.0
//
// VerdictCache: the verdicts that are known, and the probes that are running. One probe per next hop
// at a time; whoever asks meanwhile waits for the same result.
//
//     auto pending = cache.start(next_hop);                         // the probe runs from here on
//     VerdictPtr verdict = co_await wait(pending, deadline);        // null: the deadline passed
//
// Memory (verdict_memory.h) stands in front of the archive (verdict_archive.h), if there is one: what
// memory does not have is looked for there, by key, before a probe. A probe belongs to the cache: it
// goes on when nobody waits any more, and its result is kept until Verdict::expires.
//
// Renewal: maintain() probes again, in the last tenth of its life, what was asked for in the second
// half of it; so users of a domain in use never wait. The rest is left to expire.
//
// Stale: a probe that finds nothing out (Unknown) does not end what was known. Levels from Encrypted
// on count for `stale_ttl` beyond their end, marked as stale with the reasons of the failure: what
// they promise is verified again by Postfix at each delivery, so that an old one can make mail wait
// and never leak, while Unknown in its place would make all mail wait for an outage of the DNS. The
// names in an old `secure match=` were authenticated when they were found, and stay a stricter bound
// than whatever a forged answer would bring today. Plaintext, Forbidden and NoMail are never
// stretched: they send mail away, and unknown is not insecure.
//
// A probe that throws is a bug: it is logged, and its waiters get Unknown with protocol-error.
// Ownership: outlives the run of the executor's context. Threads: one thread (that of the
// executor). Errors: none.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>

#include "policy/next_hop.h"
#include "policy/verdict.h"
#include "smarttls/freshness.h"
#include "smarttls/pending.h"
#include "smarttls/verdict_archive.h"
#include "smarttls/verdict_memory.h"

namespace smarttls::engine {

using PendingVerdict = Pending<KeptVerdict>;
using PendingPtr = std::shared_ptr<PendingVerdict>;

struct CacheLimits {
    std::size_t most_entries = 0;
    std::chrono::seconds failure_ttl{};  // after a failed renewal, or a thrown exception
    std::size_t most_bytes = std::numeric_limits<std::size_t>::max();
    /// Of Plaintext and Forbidden: who strips STARTTLS or forges an alert for a moment must not
    /// decide for longer.
    std::chrono::seconds insecure_ttl = std::chrono::hours(24 * 365);
    std::chrono::seconds stale_ttl{};      // beyond the end of a verdict
    std::chrono::seconds best_seen_ttl{};  // best_seen.h; 0: nothing is remembered
};

class VerdictCache {
  public:
    using Probe = std::function<boost::asio::awaitable<policy::Verdict>(policy::NextHop, Freshness)>;
    using WallClock = std::function<policy::WallTime()>;

    VerdictCache(boost::asio::any_io_executor executor, CacheLimits limits, Probe probe,
                 WallClock now);

    /// Before the first question. The archive outlives every question.
    void keep_in(VerdictArchive& archive) { archive_ = &archive; }

    /// The verdict that is kept and has not expired, or may be served stale; else the running
    /// probe, else a new one.
    [[nodiscard]] PendingPtr start(const policy::NextHop& next_hop);
    /// What the running probe finds, else a new one, whatever is kept.
    [[nodiscard]] PendingPtr start_fresh(const policy::NextHop& next_hop);

    /// To be called about every second: renews what is due, and has the archive commit.
    void maintain();

    /// What is kept and what was ever seen, in memory and archive. A probe that runs goes on.
    void forget(const policy::NextHop& next_hop);
    void forget_all();

    [[nodiscard]] const VerdictMemory& memory() const { return memory_; }
    [[nodiscard]] VerdictArchive* archive() const { return archive_; }  // null: there is none

  private:
    enum class Purpose { Answer, Probe, Renewal };

    /// A look into the archive, and the probe behind it.
    struct Running {
        PendingPtr answer = std::make_shared<PendingVerdict>();  // of start(): may be stale
        PendingPtr fresh = std::make_shared<PendingVerdict>();   // what the probe found
        Purpose purpose = Purpose::Answer;
        Freshness freshness;
        BestSeen best;
    };

    [[nodiscard]] VerdictPtr answer_from(MemoryEntry& entry, const policy::NextHop& next_hop);
    [[nodiscard]] VerdictPtr stale(MemoryEntry& entry) const;
    [[nodiscard]] bool is_valid(const policy::Verdict& verdict) const;
    [[nodiscard]] bool may_be_stale(const policy::Verdict& verdict) const;

    Running begin(const policy::NextHop& next_hop, Purpose purpose,
                  Freshness freshness = {});
    void look_up(const policy::NextHop& next_hop);
    void found(const policy::NextHop& next_hop, std::optional<ArchivedVerdict> row);
    void probe(const policy::NextHop& next_hop, const BestSeen& best);
    void finish(const std::string& key, std::exception_ptr thrown, policy::Verdict verdict);
    [[nodiscard]] VerdictPtr keep(const std::string& key, VerdictPtr verdict, const BestSeen& best);
    [[nodiscard]] VerdictPtr note_failure(MemoryEntry& entry, const VerdictPtr& unknown);
    void archive_entry(MemoryEntry& entry);
    void touch(MemoryEntry& entry);
    void schedule(MemoryEntry& entry);
    void renew(const std::string& key);
    [[nodiscard]] policy::Verdict failure(const std::string& key, std::exception_ptr thrown) const;

    boost::asio::any_io_executor executor_;
    CacheLimits limits_;
    Probe probe_;
    WallClock now_;
    VerdictArchive* archive_ = nullptr;
    VerdictMemory memory_;
    std::unordered_map<std::string, Running> running_;
    std::size_t renewals_ = 0;  // that are running
};

/// What the maps are answered from. Each outlives whoever gets this.
struct VerdictCaches {
    VerdictCache& probed;     // verdicts of probes: verdict, fresh, mta-sts, pkix
    VerdictCache& published;  // of published.h: default, and nothing else
};

}  // namespace smarttls::engine
