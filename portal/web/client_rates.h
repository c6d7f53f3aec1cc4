// SPDX-License-Identifier: Apache-2.0
//
// ClientRates: how much each client may ask for: a bucket of kBurst requests that fills again by kPerSecond.
//
//     if (!rates.allow(client, cost, now)) -> 429 with Retry-After
//
// Neighbours share: an IPv6 client is its /64. Memory is bounded: of kMostClients, the one that was quiet longest is
// forgotten first.
// Threads: internally locked. Errors: none.
#pragma once

#include <chrono>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/mutex.h"

namespace smarttls::portal {

class ClientRates {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr double kBurst = 120;
    static constexpr double kPerSecond = 5;
    static constexpr std::size_t kMostClients = 50'000;

    [[nodiscard]] bool allow(std::string_view client, double cost, Clock::time_point now);
    [[nodiscard]] std::size_t clients() const;

  private:
    struct Bucket {
        std::string client;
        double tokens = kBurst;
        Clock::time_point filled{};
    };
    Bucket& bucket_of(const std::string& client, Clock::time_point now) SMARTTLS_REQUIRES(mutex_);

    mutable policy::Mutex mutex_;
    std::list<Bucket> buckets_ SMARTTLS_GUARDED_BY(mutex_);  // the latest first
    std::unordered_map<std::string, std::list<Bucket>::iterator> places_ SMARTTLS_GUARDED_BY(mutex_);
};

}  // namespace smarttls::portal
