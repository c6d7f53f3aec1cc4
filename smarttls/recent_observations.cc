// SPDX-License-Identifier: Apache-2.0
#include "smarttls/recent_observations.h"

#include <functional>

namespace smarttls::engine {

std::size_t SessionKeyHash::operator()(const SessionKey& key) const {
    const std::size_t server = std::hash<boost::asio::ip::tcp::endpoint>()(key.server);
    return server * 31 + std::hash<std::string>()(key.server_name);
}

ObservationPtr RecentObservations::find(const SessionKey& key, TimePoint not_before,
                                        TimePoint now) const {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    const Entry& entry = *found->second;
    return entry.began >= not_before && now < entry.expires ? entry.observation : nullptr;
}

void RecentObservations::keep(const SessionKey& key, ObservationPtr observation, TimePoint began,
                              TimePoint expires) {
    if (const auto old = index_.find(key); old != index_.end()) drop(old->second);
    entries_.push_back({key, std::move(observation), began, expires});
    index_[key] = std::prev(entries_.end());
    // Lifetimes differ little, so what came first is what has expired.
    while (!entries_.empty() && (entries_.size() > most_ || entries_.front().expires <= began)) {
        drop(entries_.begin());
    }
}

void RecentObservations::drop(Entries::iterator entry) {
    index_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace smarttls::engine
