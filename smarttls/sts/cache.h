// SPDX-License-Identifier: Apache-2.0
//
// StsCache: the MTA-STS policies that are in force, by the exact domain that published them, and
// the rules of RFC 8461 §3.3 about when to fetch again. It does not fetch and never asks what time
// it is.
//
//     if (cache.wants_fetch(domain, record.id, now)) ...     // then keep() or note_failure()
//     const StoredPolicy* policy = cache.find(domain, now);  // null: none is in force
//
// A policy is in force until max_age has passed since the fetch; nothing but a newer policy ends it
// before: neither a fetch that fails nor a TXT record that is gone (§3.1, §3.3). One of mode none
// is kept as well, so that it takes the place of an older one. Bounded: when it is full, the policy
// that was not looked at for longest goes. Ownership: values. Threads: one thread. Errors: none.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/domain_name.h"
#include "policy/verdict.h"
#include "smarttls/sts/policy.h"

namespace smarttls::engine {

struct StoredPolicy {
    std::string id;  // of the TXT record at the time of the fetch
    StsPolicy policy;
    policy::WallTime fetched{};

    [[nodiscard]] bool is_in_force(policy::WallTime now) const {
        return now < fetched + policy.max_age;
    }
};

struct StsCacheLimits {
    std::size_t most_policies = 100'000;
    std::size_t most_bytes = 64UL * 1024 * 1024;  // of their patterns: each policy may have 64 KiB
    std::size_t most_failures = 100'000;
};

class StsCache {
  public:
    static constexpr std::chrono::seconds kBackOff{300};     // §3.3: five minutes or longer
    static constexpr std::chrono::seconds kRefresh{86'400};  // §3.3: "once per day"
    static constexpr std::chrono::seconds kRetry{3'600};     // of a renewal that failed

    explicit StsCache(StsCacheLimits limits = {}) : limits_(limits) {}

    /// The policy that is in force, or null. Valid until the next call that changes the cache.
    [[nodiscard]] const StoredPolicy* find(const policy::DomainName& domain, policy::WallTime now);

    /// No policy in force, another id, or a policy of yesterday; but not while a failure with this
    /// id is younger than the back-off.
    [[nodiscard]] bool wants_fetch(const policy::DomainName& domain, const std::string& id,
                                   policy::WallTime now);

    void keep(const policy::DomainName& domain, StoredPolicy policy);
    void note_failure(const policy::DomainName& domain, const std::string& id,
                      policy::Reason reason, policy::WallTime now);

    /// Whose policy is to be renewed although nobody asks (§3.3, "proactively"), oldest first: in the
    /// last eighth of the day since its fetch, where in it depends on the domain, so that what was
    /// fetched together is not renewed together. A policy of mode none may run out.
    [[nodiscard]] std::vector<policy::DomainName> due(policy::WallTime now, std::size_t most) const;

    /// The id of the policy that is due, which is not due again before kRetry has passed.
    [[nodiscard]] std::optional<std::string> begin_renewal(const policy::DomainName& domain,
                                                           policy::WallTime now);

    /// Why the last fetch for this id failed, as long as that is the reason not to try again.
    [[nodiscard]] const policy::Reason* failure(const policy::DomainName& domain,
                                                const std::string& id, policy::WallTime now) const;

  private:
    struct Entry {
        policy::DomainName domain;
        StoredPolicy policy;
        policy::WallTime due{};
    };
    struct Failure {
        std::string id;
        policy::Reason reason{};
        policy::WallTime until{};
    };

    void erase(std::list<Entry>::iterator entry);
    void shrink();
    void forget_old_failures(policy::WallTime now);

    StsCacheLimits limits_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  // most recently looked at first
    std::unordered_map<policy::DomainName, std::list<Entry>::iterator> index_;
    std::unordered_map<policy::DomainName, Failure> failures_;
};

}  // namespace smarttls::engine
