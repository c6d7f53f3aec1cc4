// SPDX-License-Identifier: Apache-2.0
//
// Mail routes: the way from a next hop to its mail servers, as the DNS shows it: MX, hosts,
// addresses, TLSA (RFC 5321 §5.1, RFC 7672 §2.2). Who only reads what is published and who then
// talks to the servers go the same way.
//
//     HostsFinding found = co_await find_hosts(lookup, next_hop, deadline);
//     HostRoute route = co_await find_route(lookup, found.mail.hosts.front(), port, deadline);
//
// Ownership: borrows the Lookup; the other arguments are the coroutine's own. Threads: one thread.
// Errors: never; what failed is a finding.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>

#include "policy/next_hop.h"
#include "smarttls/mx_hosts.h"
#include "smarttls/tlsa_lookup.h"

namespace smarttls::engine {

/// How long answers hold; nothing where there was none.
using Ttl = std::optional<std::chrono::seconds>;

[[nodiscard]] Ttl least(Ttl left, Ttl right);

struct HostsFinding {
    MailHosts mail;
    Ttl ttl;
};

/// The MX look-up, for next hops that have one.
[[nodiscard]] boost::asio::awaitable<HostsFinding> find_hosts(Lookup& lookup,
                                                              policy::NextHop next_hop,
                                                              policy::Deadline deadline);

/// The way to one host ends where it holds no name, no addresses, or a TLSA look-up that failed.
struct HostRoute {
    std::optional<policy::DomainName> name;  // none: the MX names something else (RFC 5321 §5.1)
    AddressAnswer addresses;                 // of a host with a name
    TlsaFinding tlsa;                        // of a host with addresses
    Ttl ttl;
};

[[nodiscard]] boost::asio::awaitable<HostRoute> find_route(Lookup& lookup, MailHost host,
                                                           std::uint16_t port,
                                                           policy::Deadline deadline);

/// What a walk along a route found out about its host.
struct HostFinding {
    policy::HostVerdict verdict;
    Ttl ttl;
};

/// A finding with the name, preference and (first) addresses of the host and the TTL of the route.
[[nodiscard]] HostFinding begun(const MailHost& host, const HostRoute& route);

}  // namespace smarttls::engine
