// SPDX-License-Identifier: Apache-2.0
#include "smarttls/cache.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "smarttls/log.h"

namespace smarttls::engine {

namespace asio = boost::asio;
using policy::NextHop;
using policy::Verdict;

/// Entry of a timer in the list of those that settle() cancels; also leaves it when the waiting
/// coroutine is destroyed.
class Waiter {
  public:
    Waiter(PendingPtr pending, asio::steady_timer& timer)
        : pending_(std::move(pending)),
          place_(pending_->waiters_.insert(pending_->waiters_.end(), &timer)) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() { pending_->waiters_.erase(place_); }

  private:
    PendingPtr pending_;
    std::list<asio::steady_timer*>::iterator place_;
};

void PendingVerdict::settle(VerdictPtr verdict) {
    verdict_ = std::move(verdict);
    for (asio::steady_timer* timer : waiters_) timer->cancel();  // handlers run later, not in here
}

asio::awaitable<VerdictPtr> wait(PendingPtr pending, policy::Deadline deadline) {
    if (!pending->verdict()) {
        asio::steady_timer timer(co_await asio::this_coro::executor, deadline.when());
        const Waiter waiter(pending, timer);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return pending->verdict();
}

namespace {

/// In a coroutine of its own, so that what a probe throws before its first suspension arrives at
/// finish() as well.
asio::awaitable<Verdict> run(VerdictCache::Probe probe, NextHop next_hop, Freshness freshness) {
    co_return co_await probe(std::move(next_hop), freshness);
}

std::string what_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
        return exception.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

}  // namespace

VerdictCache::VerdictCache(asio::any_io_executor executor, CacheLimits limits, Probe probe,
                           WallClock now)
    : executor_(std::move(executor)),
      limits_(limits),
      probe_(std::move(probe)),
      now_(std::move(now)) {}

PendingPtr VerdictCache::start(const NextHop& next_hop) {
    if (VerdictPtr verdict = find_valid(next_hop.str())) {
        return std::make_shared<PendingVerdict>(std::move(verdict));
    }
    return probe(next_hop, Freshness::Shared);
}

PendingPtr VerdictCache::start_fresh(const NextHop& next_hop) {
    return probe(next_hop, Freshness::New);
}

PendingPtr VerdictCache::probe(const NextHop& next_hop, Freshness freshness) {
    const std::string key = next_hop.str();
    const auto [place, inserted] = running_.try_emplace(key);
    if (!inserted) return place->second;
    const PendingPtr pending = std::make_shared<PendingVerdict>();
    place->second = pending;
    // finish() is who awaits the probe. It may run inside co_spawn, so `place` ends here.
    asio::co_spawn(executor_, run(probe_, next_hop, freshness),
                   [this, key](std::exception_ptr thrown, Verdict verdict) {
                       finish(key, std::move(thrown), std::move(verdict));
                   });
    return pending;
}

VerdictPtr VerdictCache::find_valid(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    const VerdictPtr& verdict = found->second->verdict;
    return verdict->expires > now_() ? verdict : nullptr;
}

void VerdictCache::finish(const std::string& key, std::exception_ptr thrown, Verdict verdict) {
    if (thrown) verdict = failure(key, std::move(thrown));
    const auto result = std::make_shared<const Verdict>(std::move(verdict));
    const PendingPtr pending = std::move(running_.extract(key).mapped());
    pending->settle(result);
    keep(key, result);
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

void VerdictCache::keep(const std::string& key, VerdictPtr verdict) {
    const auto found = index_.find(key);
    if (found != index_.end()) {
        // Unknown says nothing, so it does not displace what is known and still valid.
        const VerdictPtr kept = find_valid(key);
        const bool knows_more = kept && kept->level != policy::Level::Unknown;
        if (knows_more && verdict->level == policy::Level::Unknown) return;
        entries_.erase(found->second);
        index_.erase(found);
    }
    entries_.push_front(Entry{key, std::move(verdict)});
    index_[key] = entries_.begin();
    while (entries_.size() > limits_.most_entries) {
        index_.erase(entries_.back().key);
        entries_.pop_back();
    }
}

}  // namespace smarttls::engine
