// SPDX-License-Identifier: Apache-2.0
#include "policy/next_hop.h"

#include <charconv>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
        return fail(ErrorKind::Malformed, "the port is not a number from 1 to 65535");
    }
    return port;
}

}  // namespace

Result<NextHop> NextHop::parse(std::string_view text) {
    const std::string context = "next hop " + quote(text);
    const bool bracketed = text.starts_with('[');
    const std::size_t closing = bracketed ? text.find(']') : std::string_view::npos;
    if (bracketed && closing == std::string_view::npos) {
        return fail(ErrorKind::Malformed, context + ": the closing bracket is missing");
    }
    const std::size_t colon = text.find(':', bracketed ? closing : 0);
    std::string_view host = text.substr(0, colon);
    if (bracketed) {
        if (host.size() != closing + 1) {
            return fail(ErrorKind::Malformed, context + ": text stands behind the bracket");
        }
        host = host.substr(1, closing - 1);
    }
    auto name = DomainName::parse(host);
    if (!name) return because(name, context);
    std::uint16_t port = kSmtpPort;
    if (colon != std::string_view::npos) {
        auto parsed = parse_port(text.substr(colon + 1));
        if (!parsed) return because(parsed, context);
        port = *parsed;
    }
    return NextHop(*std::move(name), !bracketed, port);
}

std::string NextHop::str() const {
    std::string text = mx_lookup_ ? name_.str() : "[" + name_.str() + "]";
    return port_ == kSmtpPort ? text : text + ":" + std::to_string(port_);
}

}  // namespace smarttls::policy
