// SPDX-License-Identifier: Apache-2.0
#include "smarttls/cache.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "smarttls/log.h"
#include "smarttls/what_of.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::Level;
using policy::NextHop;
using policy::Verdict;
using policy::WallTime;
using std::chrono::seconds;

namespace {

/// Renewals have no hurry: those beyond wait for the next second.
constexpr std::size_t kMostRenewals = 32;

/// A verdict from further ahead was made when the clock was wrong, and so is its end.
constexpr seconds kClockError{60};

/// Shorter lives end without renewal: there is no tenth to speak of.
constexpr seconds kShortestRenewed{30};

/// How exactly the archive knows when a verdict was last used: to write each use would cost more
/// than the order of pruning is worth.
constexpr seconds kUseResolution{3600};

/// In a coroutine of its own, so that what a probe throws before its first suspension arrives at
/// finish() as well.
asio::awaitable<Verdict> run(VerdictCache::Probe probe, NextHop next_hop, Freshness freshness) {
    co_return co_await probe(std::move(next_hop), freshness);
}

/// Wall time has whole seconds.
Freshness newer_than(const Verdict& verdict, WallTime now) {
    return Freshness::within(std::max(now - verdict.checked - seconds(1), seconds(0)));
}

/// In the last tenth of the verdict's life, where in it depends on the domain: what was probed
/// together is not renewed together.
WallTime renewal_time(const Verdict& verdict) {
    const auto tenth = (verdict.expires - verdict.checked).count() / 10;
    const auto jitter = static_cast<std::int64_t>(std::hash<std::string>()(verdict.domain) % 1000);
    return verdict.expires - seconds(tenth * (1000 - jitter) / 1000);
}

bool is_in_use(const MemoryEntry& entry) {
    const Verdict& verdict = *entry.verdict;
    return entry.used >= verdict.checked + (verdict.expires - verdict.checked) / 2;
}

}  // namespace

VerdictCache::VerdictCache(asio::any_io_executor executor, CacheLimits limits, Probe probe,
                           WallClock now)
    : executor_(std::move(executor)),
      limits_(limits),
      probe_(std::move(probe)),
      now_(std::move(now)),
      memory_(limits.most_entries, limits.most_bytes) {}

PendingPtr VerdictCache::start(const NextHop& next_hop) {
    if (MemoryEntry* entry = memory_.use(next_hop.str(), now_())) {
        touch(*entry);
        if (VerdictPtr verdict = answer_from(*entry, next_hop)) {
            return std::make_shared<PendingVerdict>(std::move(verdict));
        }
    }
    return begin(next_hop, Purpose::Answer).answer;
}

PendingPtr VerdictCache::start_fresh(const NextHop& next_hop) {
    return begin(next_hop, Purpose::Probe, Freshness::anew()).fresh;
}

/// Null: somebody has to find out.
VerdictPtr VerdictCache::answer_from(MemoryEntry& entry, const NextHop& next_hop) {
    if (is_valid(*entry.verdict)) {
        VerdictPtr answer = entry.verdict;
        if (std::exchange(entry.idle_when_due, false)) renew(next_hop.str());
        return answer;
    }
    if (!entry.failed || !may_be_stale(*entry.verdict)) return nullptr;
    VerdictPtr answer = stale(entry);
    // Nobody waits again for what has just failed. The entry may be gone after this.
    if (now_() >= entry.failed->retry) begin(next_hop, Purpose::Probe);
    return answer;
}

bool VerdictCache::is_valid(const Verdict& verdict) const {
    const WallTime now = now_();
    return now < verdict.expires && verdict.checked <= now + kClockError;
}

bool VerdictCache::may_be_stale(const Verdict& verdict) const {
    const WallTime now = now_();
    return verdict.level >= Level::Encrypted && now < verdict.expires + limits_.stale_ttl &&
           verdict.checked <= now + kClockError;
}

VerdictPtr VerdictCache::stale(MemoryEntry& entry) const {
    if (!entry.stale) {
        Verdict verdict = *entry.verdict;
        verdict.stale = true;
        verdict.stale_reasons = entry.failed->reasons;
        entry.stale = std::make_shared<const KeptVerdict>(std::move(verdict));
    }
    return entry.stale;
}

VerdictCache::Running VerdictCache::begin(const NextHop& next_hop, Purpose purpose,
                                          Freshness freshness) {
    const std::string key = next_hop.str();
    const auto [place, inserted] = running_.try_emplace(key);
    if (inserted || place->second.purpose == Purpose::Answer) place->second.purpose = purpose;
    if (inserted) place->second.freshness = freshness;
    Running running = place->second;  // finish() may run before this ends, and `place` with it
    if (!inserted) return running;
    const MemoryEntry* entry = memory_.find(key);
    if (entry == nullptr && archive_ != nullptr) {
        look_up(next_hop);
    } else {
        probe(next_hop, entry == nullptr ? BestSeen{} : entry->best);
    }
    return running;
}

void VerdictCache::look_up(const NextHop& next_hop) {
    archive_->find(next_hop.str(), [this, next_hop](std::optional<ArchivedVerdict> row) {
        found(next_hop, std::move(row));
    });
}

void VerdictCache::found(const NextHop& next_hop, std::optional<ArchivedVerdict> row) {
    const auto place = running_.find(next_hop.str());
    Running& running = place->second;
    if (!row) return probe(next_hop, {});
    if (!row->verdict) return probe(next_hop, row->best);
    MemoryEntry& entry = memory_.put(next_hop.str(), row->verdict, row->best);
    entry.used = now_();
    entry.saved = row->used;
    touch(entry);
    if (is_valid(*row->verdict)) {
        schedule(entry);
        running.answer->settle(row->verdict);
        if (running.purpose == Purpose::Answer) {
            running_.erase(place);
            return;
        }
    }
    probe(next_hop, row->best);
}

void VerdictCache::probe(const NextHop& next_hop, const BestSeen& best) {
    const std::string key = next_hop.str();
    Running& running = running_.at(key);
    running.best = best;
    if (const MemoryEntry* kept = memory_.find(key)) {
        running.freshness = std::min(running.freshness, newer_than(*kept->verdict, now_()));
    }
    // finish() is who awaits the probe. It may run inside co_spawn.
    asio::co_spawn(executor_, run(probe_, next_hop, running.freshness),
                   [this, key](std::exception_ptr thrown, Verdict verdict) {
                       finish(key, std::move(thrown), std::move(verdict));
                   });
}

void VerdictCache::finish(const std::string& key, std::exception_ptr thrown, Verdict verdict) {
    if (thrown) verdict = failure(key, std::move(thrown));
    Running running = std::move(running_.extract(key).mapped());
    if (running.purpose == Purpose::Renewal) --renewals_;
    const bool insecure = verdict.level == Level::Plaintext || verdict.level == Level::Forbidden;
    if (insecure) {
        verdict.expires = std::min(verdict.expires, verdict.checked + limits_.insecure_ttl);
    }
    if (limits_.best_seen_ttl.count() > 0) {
        const auto alarm = compare(verdict, running.best, limits_.best_seen_ttl);
        if (alarm) log(Severity::Warning, *alarm);
    }
    const auto result = std::make_shared<const KeptVerdict>(std::move(verdict));
    running.answer->settle(keep(key, result, running.best));
    running.fresh->settle(result);
}

Verdict VerdictCache::failure(const std::string& key, std::exception_ptr thrown) const {
    log(Severity::Error, key + ": bug: the probe threw an exception: " + what_of(thrown));
    Verdict verdict;
    verdict.domain = key;
    verdict.reasons = {policy::Reason::ProtocolError};
    verdict.checked = now_();
    verdict.expires = verdict.checked + limits_.failure_ttl;
    return verdict;
}

/// What to answer from now on: the verdict, or what was known before when that still counts.
VerdictPtr VerdictCache::keep(const std::string& key, VerdictPtr verdict, const BestSeen& best) {
    if (MemoryEntry* entry = memory_.find(key); entry != nullptr && verdict->level == Level::Unknown) {
        const bool knows_more = entry->verdict->level != Level::Unknown;
        const bool counts = is_valid(*entry->verdict) || may_be_stale(*entry->verdict);
        if (knows_more && counts) return note_failure(*entry, verdict);
    }
    MemoryEntry& entry = memory_.put(key, verdict, best);
    if (entry.used == WallTime{}) entry.used = now_();
    if (verdict->level != Level::Unknown) {
        archive_entry(entry);
        schedule(entry);
    }
    return verdict;
}

VerdictPtr VerdictCache::note_failure(MemoryEntry& entry, const VerdictPtr& unknown) {
    entry.failed = FailedRenewal{unknown->reasons, now_() + limits_.failure_ttl};
    entry.stale.reset();
    return is_valid(*entry.verdict) ? entry.verdict : stale(entry);
}

void VerdictCache::archive_entry(MemoryEntry& entry) {
    if (archive_ == nullptr || entry.verdict->level == Level::Unknown) return;
    archive_->put(entry.key, {entry.verdict, entry.best, entry.used});
    entry.saved = entry.used;
}

void VerdictCache::touch(MemoryEntry& entry) {
    if (entry.used >= entry.saved + kUseResolution) archive_entry(entry);
}

void VerdictCache::schedule(MemoryEntry& entry) {
    const Verdict& verdict = *entry.verdict;
    if (verdict.expires - verdict.checked < kShortestRenewed) return;
    memory_.schedule(entry, renewal_time(verdict));
}

void VerdictCache::maintain() {
    const std::size_t room = kMostRenewals - std::min(kMostRenewals, renewals_);
    for (const std::string& key : memory_.take_due(now_(), room)) renew(key);
    if (archive_ != nullptr) archive_->commit(now_());
}

void VerdictCache::renew(const std::string& key) {
    const auto next_hop = NextHop::parse(key);
    MemoryEntry* entry = memory_.find(key);
    if (!next_hop || entry == nullptr || running_.contains(key)) return;
    entry->idle_when_due = !is_in_use(*entry);
    if (entry->idle_when_due) return;
    ++renewals_;
    begin(*next_hop, Purpose::Renewal);
}

void VerdictCache::forget(const NextHop& next_hop) {
    const std::string key = next_hop.str();
    memory_.erase(key);
    if (const auto place = running_.find(key); place != running_.end()) place->second.best = {};
    if (archive_ != nullptr) {
        archive_->erase(key);
        archive_->commit(now_());
    }
}

void VerdictCache::forget_all() {
    memory_.clear();
    for (auto& [key, running] : running_) running.best = {};
    if (archive_ != nullptr) {
        archive_->erase_all();
        archive_->commit(now_());
    }
}

}  // namespace smarttls::engine
