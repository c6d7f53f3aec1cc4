// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::Reason;
using policy::WallTime;

std::size_t size_of(const StoredPolicy& stored) {
    std::size_t bytes = stored.id.size();
    for (const std::string& pattern : stored.policy.mx) bytes += sizeof(std::string) + pattern.size();
    return bytes;
}

WallTime due_time(const DomainName& domain, const StoredPolicy& stored) {
    constexpr auto kSpread = static_cast<std::size_t>(StsCache::kRefresh.count() / 8);
    const auto early = static_cast<std::int64_t>(std::hash<std::string>()(domain.str()) % kSpread);
    return stored.fetched + StsCache::kRefresh - std::chrono::seconds(early);
}

}  // namespace

const StoredPolicy* StsCache::find(const DomainName& domain, WallTime now) {
    const auto found = index_.find(domain);
    if (found == index_.end()) return nullptr;
    if (!found->second->policy.is_in_force(now)) {
        erase(found->second);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->policy;
}

bool StsCache::wants_fetch(const DomainName& domain, const std::string& id, WallTime now) {
    if (failure(domain, id, now) != nullptr) return false;
    const StoredPolicy* stored = find(domain, now);
    // A fetch that lies ahead of now: the clock was wrong then, and so is the end of the policy.
    return stored == nullptr || stored->id != id || now >= stored->fetched + kRefresh ||
           now < stored->fetched;
}

void StsCache::keep(const DomainName& domain, StoredPolicy policy) {
    failures_.erase(domain);
    const WallTime due = due_time(domain, policy);
    bytes_ += size_of(policy);
    if (const auto found = index_.find(domain); found != index_.end()) {
        Entry& entry = *found->second;  // keeps its place: a renewal is no use
        bytes_ -= size_of(entry.policy);
        entry.policy = std::move(policy);
        entry.due = due;
    } else {
        entries_.push_front({domain, std::move(policy), due});
        index_.emplace(domain, entries_.begin());
    }
    shrink();
}

void StsCache::shrink() {
    while (entries_.size() > limits_.most_policies || bytes_ > limits_.most_bytes) {
        erase(std::prev(entries_.end()));
    }
}

std::vector<DomainName> StsCache::due(WallTime now, std::size_t most) const {
    std::vector<std::pair<WallTime, const DomainName*>> found;
    for (const Entry& entry : entries_) {
        const bool wanted = entry.policy.policy.mode != policy::StsMode::None;
        if (wanted && entry.due <= now && entry.policy.is_in_force(now)) {
            found.emplace_back(entry.due, &entry.domain);
        }
    }
    const std::size_t size = std::min(most, found.size());
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(size);
    std::partial_sort(found.begin(), end, found.end(),
                      [](const auto& left, const auto& right) { return left.first < right.first; });
    std::vector<DomainName> domains;
    for (auto row = found.begin(); row != end; ++row) domains.push_back(*row->second);
    return domains;
}

std::optional<std::string> StsCache::begin_renewal(const DomainName& domain, WallTime now) {
    const auto found = index_.find(domain);
    if (found == index_.end() || now < found->second->due) return std::nullopt;
    found->second->due = now + kRetry;
    return found->second->policy.id;
}

void StsCache::note_failure(const DomainName& domain, const std::string& id, Reason reason,
                            WallTime now) {
    if (failures_.size() >= limits_.most_failures) forget_old_failures(now);
    failures_.insert_or_assign(domain, Failure{id, reason, now + kBackOff});
}

const Reason* StsCache::failure(const DomainName& domain, const std::string& id,
                                WallTime now) const {
    const auto found = failures_.find(domain);
    const bool counts =
        found != failures_.end() && found->second.id == id && now < found->second.until;
    return counts ? &found->second.reason : nullptr;
}

void StsCache::erase(std::list<Entry>::iterator entry) {
    bytes_ -= size_of(entry->policy);
    index_.erase(entry->domain);
    entries_.erase(entry);
}

/// When even that does not help, all go: to forget one costs its domain no more than a fetch.
void StsCache::forget_old_failures(WallTime now) {
    std::erase_if(failures_, [now](const auto& row) { return now >= row.second.until; });
    if (failures_.size() >= limits_.most_failures) failures_.clear();
}

}  // namespace smarttls::engine
