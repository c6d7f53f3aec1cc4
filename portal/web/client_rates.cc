// SPDX-License-Identifier: Apache-2.0
#include "portal/web/client_rates.h"

#include <algorithm>

#include "policy/network.h"

namespace smarttls::portal {
namespace {

using policy::IpAddress;

/// RFC 6177: a site has a /64 at least, and may change the rest at will.
std::string neighbourhood_of(std::string_view client) {
    const auto address = IpAddress::parse(client);
    if (!address || address->is_v4()) return std::string(client);
    const auto bytes = address->bytes().first(8);
    return std::string(bytes.begin(), bytes.end());
}

}  // namespace

ClientRates::Bucket& ClientRates::bucket_of(const std::string& client, Clock::time_point now) {
    const auto known = places_.find(client);
    if (known != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, known->second);
        return buckets_.front();
    }
    if (buckets_.size() >= kMostClients) {
        places_.erase(buckets_.back().client);
        buckets_.pop_back();
    }
    buckets_.push_front({client, kBurst, now});
    places_.emplace(client, buckets_.begin());
    return buckets_.front();
}

bool ClientRates::allow(std::string_view client, double cost, Clock::time_point now) {
    const policy::Lock lock(mutex_);
    Bucket& bucket = bucket_of(neighbourhood_of(client), now);
    const double passed = std::chrono::duration<double>(now - bucket.filled).count();
    bucket.tokens = std::min(kBurst, bucket.tokens + passed * kPerSecond);
    bucket.filled = now;
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
}

std::size_t ClientRates::clients() const {
    const policy::Lock lock(mutex_);
    return buckets_.size();
}

}  // namespace smarttls::portal
