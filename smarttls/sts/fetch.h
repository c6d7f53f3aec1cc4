// SPDX-License-Identifier: Apache-2.0
//
// StsFetcher: gets the MTA-STS policy of a domain from its policy host (RFC 8461 §3.3): addresses
// of mta-sts.<domain>, HTTPS with a certificate for that name, status 200, grammar.
//
//     StsFetched fetched = co_await fetcher.fetch(domain, deadline);
//     if (fetched.policy) ... else note(fetched.reason)
//
// Nothing is remembered here (cache.h), and no HTTP cache is asked. Ownership: borrows the Lookup;
// outlives its fetches. Threads: one thread. Errors: StsFetched::reason, of RFC 8460 §4.3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "policy/deadline.h"
#include "smarttls/address_guard.h"
#include "smarttls/dns/lookup.h"
#include "smarttls/sts/policy.h"
#include "smarttls/tls/context.h"

namespace smarttls::engine {

struct StsFetched {
    std::optional<StsPolicy> policy;
    policy::Reason reason = policy::Reason::StsPolicyFetchError;  // without policy
    std::string failure;                                          // without policy: one sentence
};

struct StsFetchSettings {
    std::uint16_t port = 443;
    /// RFC 8461 §3.3 suggests a minute. Whoever waits for the verdict has less patience
    /// (verdict-deadline), and a policy host that needs longer is down.
    std::chrono::milliseconds limit{20'000};
    std::optional<policy::IpAddress> source_address;
    std::function<policy::WallTime()> clock;
};

class StsFetcher {
  public:
    StsFetcher(Lookup& lookup, AddressGuard guard, TlsContext tls, StsFetchSettings settings);

    boost::asio::awaitable<StsFetched> fetch(policy::DomainName domain, policy::Deadline deadline);

    /// What later fetches trust.
    void use(TlsContext tls) { tls_ = std::move(tls); }

  private:
    boost::asio::awaitable<StsFetched> ask(policy::DomainName host, AddressAnswer addresses,
                                           policy::Deadline deadline);

    Lookup& lookup_;
    AddressGuard guard_;
    TlsContext tls_;
    StsFetchSettings settings_;
};

}  // namespace smarttls::engine
