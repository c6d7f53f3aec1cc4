// SPDX-License-Identifier: Apache-2.0
#include "milter/client_address.h"

#include <netinet/in.h>

#include <array>
#include <cstring>

namespace smarttls::milter {

std::optional<policy::IpAddress> client_address(const sockaddr* address) {
    if (address == nullptr) return std::nullopt;
    if (address->sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof v4);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return policy::IpAddress::v4(bytes);
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, address, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return policy::IpAddress::v6(bytes);
    }
    return std::nullopt;
}

}  // namespace smarttls::milter
