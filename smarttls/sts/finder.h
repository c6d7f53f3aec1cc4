// SPDX-License-Identifier: Apache-2.0
//
// StsFinder: which MTA-STS policy a domain has now (RFC 8461 §3): the TXT record says whether the
// policy that we know is the newest, the policy host is asked when it is not, and whatever fails, a
// policy that was fetched before stays in force until its max_age. Who asks about a domain while
// its policy is being fetched waits for that fetch.
//
//     StsFinding finding = co_await finder.find(domain, deadline);
//
// Ownership: borrows the Lookup; outlives what it started. Threads: one thread. Errors: never; what
// went wrong is among the reasons, and refreshes that fail are logged (§3.3).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/deadline.h"
#include "smarttls/dns/lookup.h"
#include "smarttls/sts/cache.h"
#include "smarttls/sts/fetch.h"
#include "smarttls/sts/record.h"

namespace smarttls::engine {

/// Whether the domain was heard about its newest policy. RFC 8461 §5.1: nobody may be refused for
/// good by a policy of which this was not asked.
enum class StsStanding { Current, Unsure };

struct StsFinding {
    std::optional<policy::StsFacts> policy;  // in force
    StsStanding standing = StsStanding::Current;
    std::vector<policy::Reason> reasons;      // why there is no policy, or only an older one
    std::optional<std::chrono::seconds> ttl;  // how long this finding holds
};

class StsFinder {
  public:
    using Fetch =
        std::function<boost::asio::awaitable<StsFetched>(policy::DomainName, policy::Deadline)>;
    using Keep = std::function<void(const policy::DomainName&, const StoredPolicy&)>;

    /// `on_keep` gets every policy that was fetched.
    StsFinder(Lookup& lookup, Fetch fetch, std::function<policy::WallTime()> clock, Keep on_keep);

    boost::asio::awaitable<StsFinding> find(policy::DomainName domain, policy::Deadline deadline);

    /// Those whose policy is due for renewal, and one of them: its TXT record is looked at, and its
    /// policy fetched whatever the record says, but never within the back-off of a failure. What
    /// fails is logged as when somebody had asked.
    [[nodiscard]] std::vector<policy::DomainName> due(std::size_t most) const;
    boost::asio::awaitable<void> renew(policy::DomainName domain, policy::Deadline deadline);

    /// A policy that an earlier process fetched.
    void remember(const policy::DomainName& domain, StoredPolicy policy);

  private:
    using Timer = std::shared_ptr<boost::asio::steady_timer>;
    class Running;

    boost::asio::awaitable<void> refresh(policy::DomainName domain, std::string id,
                                         policy::Deadline deadline);
    void take(const policy::DomainName& domain, std::string id, StsFetched fetched);
    [[nodiscard]] StsFinding in_force(const policy::DomainName& domain);
    [[nodiscard]] StsFinding without_record(const policy::DomainName& domain,
                                            const StsRecord& record);
    [[nodiscard]] StsFinding with_record(const policy::DomainName& domain, const std::string& id);

    Lookup& lookup_;
    Fetch fetch_;
    std::function<policy::WallTime()> clock_;
    Keep on_keep_;
    StsCache cache_;
    std::unordered_map<policy::DomainName, Timer> running_;  // cancelled when the fetch is over
};

}  // namespace smarttls::engine
