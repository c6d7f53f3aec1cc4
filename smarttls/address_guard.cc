// SPDX-License-Identifier: Apache-2.0
#include "smarttls/address_guard.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace smarttls::engine {
namespace {

using policy::Network;

// Of IPv6 only the space that IANA gives out as global unicast is public (RFC 4291 §2.4, IANA "IPv6
// Address Space"). So ::/8 with loopback, 64:ff9b::/96 (RFC 6052) and 64:ff9b:1::/48 (RFC 8215),
// 5f00::/16 (RFC 9602), fc00::/7, fe80::/10 and ff00::/8 need no row. Mapped addresses are IPv4
// already (policy/network.h).
constexpr std::string_view kGlobalUnicast6 = "2000::/3";

// The IANA IPv4 and IPv6 Special-Purpose Address Registries. Smaller blocks within these that are
// globally reachable (anycast of PCP, AMT, AS112) are no mail servers and stay refused.
constexpr std::array<std::string_view, 19> kSpecial{
    "0.0.0.0/8",        // "this network", RFC 791 §3.2, RFC 1122 §3.2.1.3
    "10.0.0.0/8",       // private use, RFC 1918
    "100.64.0.0/10",    // shared address space, RFC 6598
    "127.0.0.0/8",      // loopback, RFC 1122 §3.2.1.3
    "169.254.0.0/16",   // link local, RFC 3927 (and metadata servers of clouds)
    "172.16.0.0/12",    // private use, RFC 1918
    "192.0.0.0/24",     // IETF protocol assignments, RFC 6890 §2.1
    "192.0.2.0/24",     // documentation TEST-NET-1, RFC 5737
    "192.88.99.0/24",   // 6to4 relay anycast, deprecated, RFC 7526
    "192.168.0.0/16",   // private use, RFC 1918
    "198.18.0.0/15",    // benchmarking, RFC 2544
    "198.51.100.0/24",  // documentation TEST-NET-2, RFC 5737
    "203.0.113.0/24",   // documentation TEST-NET-3, RFC 5737
    "224.0.0.0/4",      // multicast, RFC 5771
    "240.0.0.0/4",      // reserved, RFC 1112 §4; limited broadcast, RFC 919
    "2001::/23",      // IETF protocol assignments, RFC 2928: Teredo (RFC 4380), ORCHIDv2 (RFC 7343)
    "2001:db8::/32",  // documentation, RFC 3849
    "2002::/16",      // 6to4, RFC 3056: embeds any IPv4 address
    "3fff::/20",      // documentation, RFC 9637
};

Network row(std::string_view text) {
    return Network::parse(text).value();
}

const std::vector<Network>& special_networks() {
    static const std::vector<Network> networks = [] {
        std::vector<Network> rows;
        std::transform(kSpecial.begin(), kSpecial.end(), std::back_inserter(rows), row);
        return rows;
    }();
    return networks;
}

bool is_public(const policy::IpAddress& address) {
    static const Network global_unicast6 = row(kGlobalUnicast6);
    if (!address.is_v4() && !global_unicast6.contains(address)) return false;
    return !contains(special_networks(), address);
}

}  // namespace

AddressGuard::AddressGuard(std::vector<Network> allowed) : allowed_(std::move(allowed)) {}

bool AddressGuard::is_allowed(const policy::IpAddress& address) const {
    return is_public(address) || contains(allowed_, address);
}

}  // namespace smarttls::engine
