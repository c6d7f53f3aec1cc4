// SPDX-License-Identifier: Apache-2.0
#include "smarttls/address_guard.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using policy::IpAddress;
using policy::Network;

bool allows(const AddressGuard& guard, const char* address) {
    return guard.is_allowed(IpAddress::parse(address).value());
}

TEST(AddressGuard, AllowsPublicUnicastAddresses) {
    const AddressGuard guard({});
    for (const char* address :
         {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",         "100.63.255.255",
          "100.128.0.0",     "126.255.255.255", "128.0.0.0",        "169.253.255.255",
          "169.255.0.0",     "172.15.255.255",  "172.32.0.0",       "191.255.255.255",
          "192.0.1.0",       "192.0.3.0",       "192.88.98.255",    "192.88.100.0",
          "192.167.255.255", "192.169.0.0",     "198.17.255.255",   "198.20.0.0",
          "198.51.99.255",   "198.51.101.0",    "203.0.112.255",    "203.0.114.0",
          "223.255.255.255", "2001:200::",      "2001:db7:ffff::1", "2001:db9::",
          "2003::1",         "2a02:898::1",     "2000::1",          "3ffe::1",
          "3fff:1000::",     "::ffff:8.8.8.8"}) {
        EXPECT_TRUE(allows(guard, address)) << address;
    }
}

TEST(AddressGuard, RefusesBothEndsOfEverySpecialBlock) {
    const AddressGuard guard({});
    for (const char* address :
         {"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
          "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255",
          "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255",
          "192.88.99.0", "192.88.99.255", "192.168.0.0", "192.168.255.255", "198.18.0.0",
          "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255",
          "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
          // IPv6
          "::", "::1", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::1", "100::1",
          "1fff:ffff::", "2001::", "2001::1", "2001:1ff:ffff::", "2001:20::1", "2001:db8::",
          "2001:db8:ffff::", "2002::", "2002:7f00:1::", "2002:ffff::", "3fff::", "3fff:fff:ffff::",
          "4000::", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1"}) {
        EXPECT_FALSE(allows(guard, address)) << address;
    }
}

TEST(AddressGuard, SeesTheIpv4AddressInAMappedOne) {
    EXPECT_FALSE(allows(AddressGuard({}), "::ffff:127.0.0.1"));
    EXPECT_FALSE(allows(AddressGuard({}), "::ffff:10.1.2.3"));
}

TEST(AddressGuard, AllowsWhatTheAdministratorNames) {
    const AddressGuard guard(
        {Network::parse("10.1.0.0/16").value(), Network::parse("::1").value()});
    EXPECT_TRUE(allows(guard, "10.1.2.3"));
    EXPECT_TRUE(allows(guard, "::1"));
    EXPECT_TRUE(allows(guard, "8.8.8.8")) << "public addresses stay allowed";
    EXPECT_FALSE(allows(guard, "10.2.0.1"));
    EXPECT_FALSE(allows(guard, "127.0.0.1"));
}

}  // namespace
}  // namespace smarttls::engine
