// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "policy/config.h"

namespace smarttls::policy {
namespace {

Result<Config> with(const std::string& line) { return parse_config({{"f.conf", "[portal]\n" + line + "\n[class.a]\n"}}); }

TEST(PortalListen, IsASocketPathOrAnAddressWithItsPort) {
    for (const char* place : {"/run/x/web.sock", "127.0.0.1:8080", "[::1]:8080", ""}) {
        const auto config = with(std::string("listen = ") + place);
        ASSERT_TRUE(config) << config.error().what;
        EXPECT_EQ(config->portal.listen, place);
    }
    for (const char* place : {"web.sock", "127.0.0.1", "localhost:80", "127.0.0.1:x"}) EXPECT_FALSE(with(std::string("listen = ") + place)) << place;
    EXPECT_EQ(with("")->portal.listen, "/run/smarttls-portal/web.sock");
}

TEST(PortalListen, ProxiesAreTrustedByName) {
    EXPECT_EQ(with("")->portal.trusted_proxies.size(), 2U);
    const auto config = with("trusted-proxy = 192.0.2.0/24");
    ASSERT_TRUE(config);
    ASSERT_EQ(config->portal.trusted_proxies.size(), 1U);
    EXPECT_TRUE(config->portal.trusted_proxies[0].contains(*IpAddress::parse("192.0.2.9")));
    EXPECT_FALSE(with("trusted-proxy = somebody"));
}

}  // namespace
}  // namespace smarttls::policy
