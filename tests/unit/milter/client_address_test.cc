// SPDX-License-Identifier: Apache-2.0
#include "milter/client_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

namespace smarttls::milter {
namespace {

template <class Address>
std::string read(const Address& address) {
    const void* generic = &address;
    const auto found = client_address(static_cast<const sockaddr*>(generic));
    return found ? found->str() : "nothing";
}

TEST(ClientAddressTest, ReadsBothFamilies) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
    EXPECT_EQ(read(v4), "192.0.2.7");
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
    EXPECT_EQ(read(v6), "2001:db8::7");
}

TEST(ClientAddressTest, FindsNothingWhereThereIsNoAddress) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    EXPECT_EQ(read(local), "nothing");
    EXPECT_FALSE(client_address(nullptr));
}

}  // namespace
}  // namespace smarttls::milter
