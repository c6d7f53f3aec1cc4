// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/cache.h"

#include <utility>

namespace smarttls::engine {
namespace {

using policy::DomainName;
using policy::Reason;
using policy::WallTime;

std::size_t size_of(const StoredPolicy& stored) {
    std::size_t bytes = stored.id.size();
    for (const std::string& pattern : stored.policy.mx) bytes += sizeof pattern + pattern.size();
    return bytes;
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
    if (const auto found = index_.find(domain); found != index_.end()) erase(found->second);
    bytes_ += size_of(policy);
    entries_.push_front({domain, std::move(policy)});
    index_.insert_or_assign(domain, entries_.begin());
    while (entries_.size() > limits_.most_policies || bytes_ > limits_.most_bytes) {
        erase(std::prev(entries_.end()));
    }
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
