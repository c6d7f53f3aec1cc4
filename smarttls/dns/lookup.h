// SPDX-License-Identifier: Apache-2.0
//
// Lookup: the questions that a probe asks the DNS. Resolver answers them from the network; tests
// answer them from a table.
//
//     MxAnswer mx = co_await lookup.mx(domain, deadline);
//
// Ownership: outlives the coroutines that it started. Threads: one thread. Errors: never; a failed
// look-up is DnsStatus::Failed or Bogus (answer.h).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "policy/deadline.h"
#include "smarttls/dns/answer.h"

namespace smarttls::engine {

class Lookup {
  public:
    Lookup() = default;
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;
    virtual ~Lookup() = default;

    virtual boost::asio::awaitable<MxAnswer> mx(policy::DomainName name,
                                                policy::Deadline deadline) = 0;

    /// A and AAAA together.
    virtual boost::asio::awaitable<AddressAnswer> addresses(policy::DomainName name,
                                                            policy::Deadline deadline) = 0;

    /// TLSA at _<port>._tcp.<base> (RFC 6698 §3).
    virtual boost::asio::awaitable<TlsaAnswer> tlsa(policy::DomainName base, std::uint16_t port,
                                                    policy::Deadline deadline) = 0;

    /// TXT at the name itself, behind CNAMEs if there are any.
    virtual boost::asio::awaitable<TxtAnswer> txt(policy::DomainName name,
                                                  policy::Deadline deadline) = 0;

    /// The CNAME at the name itself, not followed: its status is that of this one link.
    virtual boost::asio::awaitable<CnameAnswer> cname(policy::DomainName name,
                                                      policy::Deadline deadline) = 0;
};

}  // namespace smarttls::engine
