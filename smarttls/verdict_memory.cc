// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_memory.h"

namespace smarttls::engine {

using policy::WallTime;

namespace {

/// The JSON itself, the verdict (its texts with their allocations), the nodes of list and index.
std::size_t size_of(const MemoryEntry& entry) {
    constexpr std::size_t kNodes = sizeof(MemoryEntry) + 256;
    return kNodes + entry.key.size() + 3 * entry.verdict->json().size();
}

}  // namespace

MemoryEntry* VerdictMemory::find(const std::string& key) {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &*found->second;
}

const MemoryEntry* VerdictMemory::find(const std::string& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &*found->second;
}

MemoryEntry* VerdictMemory::use(const std::string& key, WallTime now) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    found->second->used = now;
    return &*found->second;
}

MemoryEntry& VerdictMemory::put(const std::string& key, VerdictPtr verdict, const BestSeen& best) {
    MemoryEntry entry;
    entry.key = key;
    entry.verdict = std::move(verdict);
    entry.best = best;
    if (const auto found = index_.find(key); found != index_.end()) {
        entry.used = found->second->used;
        entry.saved = found->second->saved;
        erase(found->second);
    }
    bytes_ += size_of(entry);
    entries_.push_front(std::move(entry));
    index_.emplace(entries_.front().key, entries_.begin());
    while (entries_.size() > 1 && (entries_.size() > most_entries_ || bytes_ > most_bytes_)) {
        erase(std::prev(entries_.end()));
    }
    return entries_.front();
}

void VerdictMemory::schedule(MemoryEntry& entry, WallTime due) {
    unschedule(entry);
    entry.due = due;
    due_.emplace(due, entry.key);
}

void VerdictMemory::unschedule(MemoryEntry& entry) {
    if (!entry.due) return;
    due_.erase({*entry.due, entry.key});
    entry.due.reset();
}

bool VerdictMemory::erase(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return false;
    erase(found->second);
    return true;
}

void VerdictMemory::erase(Place place) {
    unschedule(*place);
    bytes_ -= size_of(*place);
    index_.erase(place->key);
    entries_.erase(place);
}

void VerdictMemory::clear() {
    due_.clear();
    index_.clear();
    entries_.clear();
    bytes_ = 0;
}

std::vector<std::string> VerdictMemory::take_due(WallTime now, std::size_t most) {
    std::vector<std::string> keys;
    while (!due_.empty() && due_.begin()->first <= now && keys.size() < most) {
        keys.emplace_back(due_.begin()->second);
        unschedule(*find(keys.back()));
    }
    return keys;
}

}  // namespace smarttls::engine
