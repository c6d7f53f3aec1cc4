// SPDX-License-Identifier: Apache-2.0
#include "smarttls/cache_control.h"

#include <unistd.h>

#include <boost/json.hpp>
#include <unordered_set>

#include "smarttls/log.h"
#include "smarttls/timestamp.h"

namespace smarttls::engine {
namespace {

namespace json = boost::json;
using policy::Level;
using policy::NextHop;

json::value text(std::string_view bytes) {
    return json::value(json::string(bytes));
}

json::array names_of(const std::vector<policy::Reason>& reasons) {
    json::array names;
    for (const policy::Reason reason : reasons) names.push_back(text(to_string(reason)));
    return names;
}

json::object entry_object(const policy::Verdict& verdict, const BestSeen& best,
                          policy::WallTime used) {
    json::object entry{{"domain", text(verdict.domain)},
                       {"level", text(to_string(verdict.level))},
                       {"grade", text(to_string(verdict.grade))},
                       {"reasons", names_of(verdict.reasons)},
                       {"checked", text(format_time(verdict.checked))},
                       {"expires", text(format_time(verdict.expires))},
                       {"used", text(format_time(used))}};
    if (best.level != Level::Unknown) {
        entry["best_seen"] = text(to_string(best.level));
        entry["best_seen_at"] = text(format_time(best.seen));
    }
    return entry;
}

json::object object_of(const MemoryEntry& entry) {
    json::object object = entry_object(*entry.verdict, entry.best, entry.used);
    object["in"] = "memory";
    if (entry.stale) object["stale"] = true;
    if (entry.failed) {
        object["failed"] = json::object{{"reasons", names_of(entry.failed->reasons)},
                                        {"retry", text(format_time(entry.failed->retry))}};
    }
    return object;
}

json::object object_of(const ArchivedVerdict& row) {
    json::object object = entry_object(*row.verdict, row.best, row.used);
    object["in"] = "file";
    return object;
}

void settle(const PendingAnswerPtr& pending, const json::object& object) {
    pending->settle(std::make_shared<const MapAnswer>(
        MapAnswer{AnswerStatus::Ok, json::serialize(object)}));
}

void settle_not_found(const PendingAnswerPtr& pending) {
    pending->settle(std::make_shared<const MapAnswer>(MapAnswer{AnswerStatus::NotFound, {}}));
}

/// With the verdict itself, which is already JSON.
void settle_entry(const PendingAnswerPtr& pending, json::object entry, const KeptVerdict& verdict) {
    entry["verdict"] = json::parse(verdict.json());
    settle(pending, entry);
}

void show_one(const VerdictCache& cache, const NextHop& next_hop, const PendingAnswerPtr& pending) {
    if (const MemoryEntry* entry = cache.memory().find(next_hop.str())) {
        return settle_entry(pending, object_of(*entry), *entry->verdict);
    }
    if (cache.archive() == nullptr) return settle_not_found(pending);
    cache.archive()->find(next_hop.str(), [pending](std::optional<ArchivedVerdict> row) {
        if (!row || !row->verdict) return settle_not_found(pending);
        settle_entry(pending, object_of(*row), *row->verdict);
    });
}

/// What memory has, last used first, and behind it what the file has besides.
json::object overview(const VerdictMemory& memory, const VerdictArchive::Listing* file) {
    json::array entries;
    std::unordered_set<std::string_view> listed;
    for (const MemoryEntry& entry : memory.entries()) {
        if (entries.size() == kMostListed) break;
        entries.push_back(object_of(entry));
        listed.insert(entry.key);
    }
    json::object object{
        {"memory", json::object{{"entries", memory.entries().size()}, {"bytes", memory.bytes()}}}};
    if (file != nullptr) {
        object["file"] = json::object{{"entries", file->rows}, {"bytes", file->bytes}};
        for (const VerdictArchive::Row& row : file->used) {
            if (entries.size() == kMostListed) break;
            if (!listed.contains(row.next_hop)) entries.push_back(object_of(row.verdict));
        }
    }
    object["entries"] = std::move(entries);
    return object;
}

void show_all(const VerdictCache& cache, const PendingAnswerPtr& pending) {
    if (cache.archive() == nullptr) return settle(pending, overview(cache.memory(), nullptr));
    // The cache outlives the answers of its archive.
    cache.archive()->list(kMostListed, [&cache, pending](const VerdictArchive::Listing& file) {
        settle(pending, overview(cache.memory(), &file));
    });
}

}  // namespace

PendingAnswerPtr show(VerdictCaches caches, const std::optional<NextHop>& next_hop) {
    auto pending = std::make_shared<PendingAnswer>();
    if (next_hop) {
        show_one(caches.probed, *next_hop, pending);
    } else {
        show_all(caches.probed, pending);
    }
    return pending;
}

MapAnswer flush(VerdictCaches caches, const std::optional<NextHop>& next_hop,
                std::optional<uid_t> user) {
    if (!may_flush(user, ::geteuid())) {
        return {AnswerStatus::Perm, "only root and the engine's own user may flush the cache"};
    }
    for (VerdictCache* cache : {&caches.probed, &caches.published}) {
        if (next_hop) {
            cache->forget(*next_hop);
        } else {
            cache->forget_all();
        }
    }
    log(Severity::Info, (next_hop ? next_hop->str() : "cache") + ": flushed");
    return {AnswerStatus::Ok, "flushed"};
}

bool may_flush(std::optional<uid_t> user, uid_t own) {
    return user && (*user == 0 || *user == own);
}

}  // namespace smarttls::engine
