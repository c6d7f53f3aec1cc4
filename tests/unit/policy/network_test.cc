// SPDX-License-Identifier: Apache-2.0
#include "policy/network.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

using namespace std::string_view_literals;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
Network net(std::string_view text) { return Network::parse(text).value(); }

TEST(IpAddress, IsWrittenInItsCanonicalForm) {
    EXPECT_EQ(ip("192.0.2.7").str(), "192.0.2.7");
    EXPECT_EQ(ip("2001:DB8:0:0:0:0:0:1").str(), "2001:db8::1");
    EXPECT_EQ(IpAddress().str(), "0.0.0.0");
}

TEST(IpAddress, MappedIntoIpv6IsTheIpv4Address) {
    EXPECT_EQ(ip("::ffff:192.0.2.7"), ip("192.0.2.7"));
    EXPECT_TRUE(ip("::ffff:192.0.2.7").is_v4());
    EXPECT_EQ(ip("::ffff:192.0.2.7").bytes().size(), 4U);
    EXPECT_FALSE(ip("::fffe:192.0.2.7").is_v4());
}

TEST(IpAddress, RefusesEverythingElse) {
    for (const std::string_view text :
         {""sv, "192.0.2"sv, "192.0.2.256"sv, "192.0.2.7 "sv, "1.2.3.4.5"sv, "010.1.1.1x"sv,
          "::g"sv, "[::1]"sv, "fe80::1%eth0"sv, "localhost"sv, "127.0.0.1\0.evil"sv, "::1\0"sv}) {
        const auto parsed = IpAddress::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
    }
}

TEST(Network, ContainsWhatSharesItsPrefix) {
    EXPECT_TRUE(net("192.0.2.0/24").contains(ip("192.0.2.0")));
    EXPECT_TRUE(net("192.0.2.0/24").contains(ip("192.0.2.255")));
    EXPECT_FALSE(net("192.0.2.0/24").contains(ip("192.0.3.0")));
    EXPECT_TRUE(net("192.0.2.128/25").contains(ip("192.0.2.129")));
    EXPECT_FALSE(net("192.0.2.128/25").contains(ip("192.0.2.127")));
    EXPECT_TRUE(net("2001:db8::/33").contains(ip("2001:db8:7fff::1")));
    EXPECT_FALSE(net("2001:db8::/33").contains(ip("2001:db8:8000::1")));
}

TEST(Network, OfOneAddressContainsThatAddress) {
    EXPECT_TRUE(net("192.0.2.7").contains(ip("192.0.2.7")));
    EXPECT_FALSE(net("192.0.2.7").contains(ip("192.0.2.6")));
    EXPECT_EQ(net("192.0.2.7").str(), "192.0.2.7/32");
    EXPECT_EQ(net("::1").str(), "::1/128");
}

TEST(Network, OfPrefixZeroContainsItsWholeFamilyAndNoOther) {
    EXPECT_TRUE(net("0.0.0.0/0").contains(ip("203.0.113.9")));
    EXPECT_FALSE(net("0.0.0.0/0").contains(ip("::1")));
    EXPECT_TRUE(net("::/0").contains(ip("2001:db8::1")));
    EXPECT_FALSE(net("::/0").contains(ip("203.0.113.9")));
}

TEST(Network, CannotBeWalkedRoundThroughMappedAddresses) {
    EXPECT_TRUE(net("10.0.0.0/8").contains(ip("::ffff:10.1.2.3")));
}

TEST(Network, RefusesBitsBehindThePrefixAndPrefixesThatAreNone) {
    for (const std::string_view text :
         {"192.0.2.1/24", "2001:db8::1/64", "192.0.2.0/33", "::/129", "192.0.2.0/", "192.0.2.0/-1",
          "192.0.2.0/+8", "192.0.2.0/24x", "/24", "example.nl/24", "192.0.2.0/24/8", ""}) {
        const auto parsed = Network::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
        EXPECT_TRUE(parsed.error().what.starts_with("network \"")) << parsed.error().what;
    }
}

TEST(Networks, ContainAnAddressWhenOneOfThemDoes) {
    const std::vector<Network> networks{net("127.0.0.0/8"), net("::1")};
    EXPECT_TRUE(contains(networks, ip("127.255.0.1")));
    EXPECT_TRUE(contains(networks, ip("::1")));
    EXPECT_FALSE(contains(networks, ip("::2")));
    EXPECT_FALSE(contains({}, ip("127.0.0.1")));
}

}  // namespace
}  // namespace smarttls::policy
