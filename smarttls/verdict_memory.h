// SPDX-License-Identifier: Apache-2.0
//
// VerdictMemory: the verdicts that are kept in memory, bounded in number and bytes: the least
// recently used goes first. Each can have a time at which it is due for another probe.
//
//     MemoryEntry& entry = memory.put(key, verdict, best);
//     if (MemoryEntry* entry = memory.use(key, now)) ...
//     for (const std::string& key : memory.take_due(now, 10)) ...
//
// It never asks what time it is. Bytes are an estimate: what a verdict takes is about three times its JSON.
// Ownership: entries are valid until the next put(), erase() or clear(). Threads: one thread.
// Errors: none.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "smarttls/best_seen.h"
#include "smarttls/kept_verdict.h"

namespace smarttls::engine {

/// An attempt to renew a verdict that found nothing out.
struct FailedRenewal {
    std::vector<policy::Reason> reasons;
    policy::WallTime retry{};  // not before this
};

struct MemoryEntry {
    std::string key;
    VerdictPtr verdict;
    VerdictPtr stale;  // the verdict, marked as such; made when it is first needed
    BestSeen best;
    policy::WallTime used{};   // last asked for
    policy::WallTime saved{};  // the `used` that the archive knows
    std::optional<FailedRenewal> failed;
    std::optional<policy::WallTime> due;
    bool idle_when_due = false;  // nobody had asked for it lately
};

class VerdictMemory {
  public:
    VerdictMemory(std::size_t most_entries, std::size_t most_bytes)
        : most_entries_(most_entries), most_bytes_(most_bytes) {}
    VerdictMemory(const VerdictMemory&) = delete;
    VerdictMemory& operator=(const VerdictMemory&) = delete;

    [[nodiscard]] MemoryEntry* find(const std::string& key);
    [[nodiscard]] const MemoryEntry* find(const std::string& key) const;
    /// The same, and it is the most recently used from now on.
    [[nodiscard]] MemoryEntry* use(const std::string& key, policy::WallTime now);

    /// In place of what is kept under the key; the times of use stay. It is the most recently used.
    MemoryEntry& put(const std::string& key, VerdictPtr verdict, const BestSeen& best);
    void schedule(MemoryEntry& entry, policy::WallTime due);
    bool erase(const std::string& key);
    void clear();

    /// Those whose time has come, earliest first; they have none afterwards.
    [[nodiscard]] std::vector<std::string> take_due(policy::WallTime now, std::size_t most);

    [[nodiscard]] const std::list<MemoryEntry>& entries() const { return entries_; }  // last used first
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    using Place = std::list<MemoryEntry>::iterator;
    void erase(Place place);
    void unschedule(MemoryEntry& entry);

    std::size_t most_entries_;
    std::size_t most_bytes_;
    std::size_t bytes_ = 0;
    std::list<MemoryEntry> entries_;
    std::unordered_map<std::string_view, Place> index_;  // by the keys within the entries
    std::set<std::pair<policy::WallTime, std::string_view>> due_;  // likewise
};

}  // namespace smarttls::engine
