// SPDX-License-Identifier: Apache-2.0
#include "policy/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool bit_of(std::span<const std::uint8_t> bytes, unsigned index) {
    return ((bytes[index / 8] >> (7 - index % 8)) & 1) != 0;
}

Result<unsigned> parse_prefix(std::string_view text, unsigned longest) {
    unsigned prefix = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
    if (error != std::errc{} || end != text.data() + text.size() || prefix > longest) {
        return fail(ErrorKind::Malformed,
                    "the prefix length is not a number from 0 to " + std::to_string(longest));
    }
    return prefix;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {  // inet_pton(3) would stop there
        return fail(ErrorKind::Malformed, quote(text) + " is not an IP address");
    }
    const std::string copy(text);
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
        return v4(std::span(bytes).first<4>());
    }
    if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return v6(bytes);
    return fail(ErrorKind::Malformed, quote(text) + " is not an IP address");
}

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> bytes) {
    IpAddress address;
    std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
    address.size_ = 4;
    return address;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> bytes) {
    if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
        return v4(bytes.last<4>());
    }
    IpAddress address;
    std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
    address.size_ = 16;
    return address;
}

std::string IpAddress::str() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

Result<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    auto base = IpAddress::parse(text.substr(0, slash));
    if (!base) return because(base, "network " + quote(text));
    const auto longest = static_cast<unsigned>(base->bytes().size() * 8);
    if (slash == std::string_view::npos) return Network(*base, longest);
    auto prefix = parse_prefix(text.substr(slash + 1), longest);
    if (!prefix) return because(prefix, "network " + quote(text));
    for (unsigned index = *prefix; index < longest; ++index) {
        if (bit_of(base->bytes(), index)) {
            return fail(ErrorKind::Malformed,
                        "network " + quote(text) + ": address bits stand behind the prefix");
        }
    }
    return Network(*base, *prefix);
}

bool Network::contains(const IpAddress& address) const {
    if (address.is_v4() != base_.is_v4()) return false;
    for (unsigned index = 0; index < prefix_; ++index) {
        if (bit_of(address.bytes(), index) != bit_of(base_.bytes(), index)) return false;
    }
    return true;
}

std::string Network::str() const { return base_.str() + "/" + std::to_string(prefix_); }

bool contains(const std::vector<Network>& networks, const IpAddress& address) {
    return std::any_of(networks.begin(), networks.end(),
                       [&](const Network& network) { return network.contains(address); });
}

}  // namespace smarttls::policy
