// SPDX-License-Identifier: Apache-2.0
//
// Resolver: a stub resolver on coroutines. ldns builds and reads the packets, Asio carries them:
// UDP, TCP on truncation, retry over the configured resolvers. It validates nothing itself; the AD
// bit counts only from resolvers that the configuration trusts (RFC 7672 §2.1.1, RFC 6840 §5.8).
//
//     Resolver resolver(settings);
//     MxAnswer mx = co_await resolver.mx(domain, deadline);
//
// Ownership: outlives the coroutines that it started. Threads: immutable; a look-up runs on the
// executor of the coroutine that awaits it, which must be one thread or a strand.
// Errors: never; a failed look-up is DnsStatus::Failed or Bogus. Cancelling the caller throws
// operation_aborted out of the look-up, as everywhere in Asio.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <vector>

#include "policy/deadline.h"
#include "smarttls/dns/lookup.h"
#include "smarttls/dns/packet.h"
#include "smarttls/dns/transport.h"

namespace smarttls::engine {

struct ResolverSettings {
    std::vector<DnsServer> servers;         // asked in order; the silent ones again from the first
    std::vector<policy::Network> trust_ad;  // addresses whose AD bit counts
    std::chrono::milliseconds try_timeout{3000};  // wait for one answer before the next try
    int tries = 3;                                // rounds over all servers
};

class Resolver final : public Lookup {
  public:
    explicit Resolver(ResolverSettings settings);

    /// By rising preference. Null MX (RFC 7505) is one record with an empty exchange.
    boost::asio::awaitable<MxAnswer> mx(policy::DomainName name,
                                        policy::Deadline deadline) override;

    /// A and AAAA together. The status is that of the weaker of the two answers that hold records
    /// (an insecure A beside a secure AAAA is Insecure); Failed or Bogus of one family counts when
    /// the other has no records, otherwise the other family alone is used.
    boost::asio::awaitable<AddressAnswer> addresses(policy::DomainName name,
                                                    policy::Deadline deadline) override;

    /// TLSA at _<port>._tcp.<base> (RFC 6698 §3); CNAMEs at that name are followed by the resolver.
    boost::asio::awaitable<TlsaAnswer> tlsa(policy::DomainName base, std::uint16_t port,
                                            policy::Deadline deadline) override;

    /// TXT; CNAMEs are followed by the resolver.
    boost::asio::awaitable<TxtAnswer> txt(policy::DomainName name,
                                          policy::Deadline deadline) override;

    boost::asio::awaitable<CnameAnswer> cname(policy::DomainName name,
                                              policy::Deadline deadline) override;

  private:
    using Found = Answer<AnyRecord>;

    boost::asio::awaitable<Found> look_up(Question question, policy::Deadline deadline);
    boost::asio::awaitable<Found> ask(DnsServer server, Question question,
                                      policy::Deadline deadline);
    boost::asio::awaitable<policy::Result<Reply>> exchange(DnsServer server, Question question,
                                                           Checking checking,
                                                           policy::Deadline deadline);
    boost::asio::awaitable<policy::Result<Reply>> carry(DnsServer server, Query query,
                                                        policy::Deadline deadline);
    [[nodiscard]] bool is_trusted(const DnsServer& server) const;

    ResolverSettings settings_;
};

}  // namespace smarttls::engine
