// SPDX-License-Identifier: Apache-2.0
//
// IpAddress and Network: addresses as bytes, and CIDR blocks (RFC 4632 §3.1, RFC 4291 §2.3).
//
//     Network::parse("192.0.2.0/24")->contains(*IpAddress::parse("192.0.2.7"))
//
// An IPv4-mapped IPv6 address (::ffff:192.0.2.7) is the IPv4 address: otherwise a rule for one
// could be walked round through the other.
// Threads: immutable values. Errors: Malformed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::policy {

class IpAddress {
  public:
    IpAddress() = default;  // 0.0.0.0
    [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
    [[nodiscard]] static IpAddress v4(std::span<const std::uint8_t, 4> bytes);
    [[nodiscard]] static IpAddress v6(std::span<const std::uint8_t, 16> bytes);

    [[nodiscard]] bool is_v4() const { return size_ == 4; }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
    [[nodiscard]] std::string str() const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
    std::size_t size_ = 4;
};

class Network {
  public:
    /// "192.0.2.0/24", "2001:db8::/32", or an address alone. Bits behind the prefix are refused.
    [[nodiscard]] static Result<Network> parse(std::string_view text);

    [[nodiscard]] bool contains(const IpAddress& address) const;
    [[nodiscard]] std::string str() const;

  private:
    Network(IpAddress base, unsigned prefix) : base_(base), prefix_(prefix) {}
    IpAddress base_;
    unsigned prefix_;
};

[[nodiscard]] bool contains(const std::vector<Network>& networks, const IpAddress& address);

}  // namespace smarttls::policy
