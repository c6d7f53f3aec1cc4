// SPDX-License-Identifier: Apache-2.0
//
// RecentObservations: what sessions showed a short while ago, for whoever asks about the same
// server by the same name again.
//
//     recent.keep(key, observation, began, expires);
//     ObservationPtr seen = recent.find(key, not_before, now);      // null: there is none
//
// At most `most` are kept; the oldest goes first. Each costs about 20 KiB: the certificates of a
// chain as OpenSSL holds them.
// Ownership: shared with the readers. Threads: one thread. Errors: none.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "smarttls/tls/session.h"

namespace smarttls::engine {

using ObservationPtr = std::shared_ptr<const Observation>;
using TimePoint = policy::Deadline::Clock::time_point;

/// What an observation is about. The name counts: by SNI a server chooses its certificate.
struct SessionKey {
    boost::asio::ip::tcp::endpoint server;
    std::string server_name;
    friend bool operator==(const SessionKey&, const SessionKey&) = default;
};

struct SessionKeyHash {
    std::size_t operator()(const SessionKey& key) const;
};

class RecentObservations {
  public:
    explicit RecentObservations(std::size_t most) : most_(most) {}

    /// Of a session that began at `not_before` or later.
    [[nodiscard]] ObservationPtr find(const SessionKey& key, TimePoint not_before,
                                      TimePoint now) const;
    /// Instead of an older one with the same key.
    void keep(const SessionKey& key, ObservationPtr observation, TimePoint began,
              TimePoint expires);
    [[nodiscard]] std::size_t size() const { return index_.size(); }

  private:
    struct Entry {
        SessionKey key;
        ObservationPtr observation;
        TimePoint began;
        TimePoint expires;
    };
    using Entries = std::list<Entry>;
    void drop(Entries::iterator entry);

    std::size_t most_;
    Entries entries_;  // in the order of their coming
    std::unordered_map<SessionKey, Entries::iterator, SessionKeyHash> index_;
};

}  // namespace smarttls::engine
