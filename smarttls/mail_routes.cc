// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mail_routes.h"

#include <algorithm>

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::DomainName;
using policy::NextHop;

/// A verdict travels in one reply of the socketmap protocol, and a stranger's RRset may be long.
constexpr std::size_t kMostAddressesShown = 10;

/// Failed answers have no TTL.
template <class Record>
Ttl ttl_of(const Answer<Record>& answer) {
    if (answer.status == DnsStatus::Failed || answer.status == DnsStatus::Bogus) return {};
    return answer.ttl;
}

}  // namespace

Ttl least(Ttl left, Ttl right) {
    if (!left || !right) return left ? left : right;
    return std::min(*left, *right);
}

asio::awaitable<HostsFinding> find_hosts(Lookup& lookup, NextHop next_hop, Deadline deadline) {
    if (!next_hop.has_mx_lookup()) co_return HostsFinding{named_host(next_hop), {}};
    const MxAnswer mx = co_await lookup.mx(next_hop.name(), deadline);
    co_return HostsFinding{mail_hosts(next_hop, mx), ttl_of(mx)};
}

asio::awaitable<HostRoute> find_route(Lookup& lookup, MailHost host, std::uint16_t port,
                                      Deadline deadline) {
    HostRoute route;
    const auto name = DomainName::parse(host.name);
    if (!name) co_return route;
    route.name = *name;
    route.addresses = co_await lookup.addresses(*name, deadline);
    route.ttl = ttl_of(route.addresses);
    if (route.addresses.records.empty()) co_return route;
    route.tlsa = co_await find_tlsa(lookup, *name, route.addresses, port, deadline);
    route.ttl = least(route.ttl, route.tlsa.ttl);
    co_return route;
}

HostFinding begun(const MailHost& host, const HostRoute& route) {
    HostFinding finding;
    finding.verdict.name = host.name;
    finding.verdict.preference = host.preference;
    for (const policy::IpAddress& address : route.addresses.records) {
        if (finding.verdict.addresses.size() == kMostAddressesShown) break;
        finding.verdict.addresses.push_back(address.str());
    }
    finding.ttl = route.ttl;
    return finding;
}

}  // namespace smarttls::engine
