// SPDX-License-Identifier: Apache-2.0
#include "policy/values.h"

#include <algorithm>
#include <charconv>

#include "policy/text.h"

namespace smarttls::policy {
namespace {

/// Longer ones would overflow clocks that count nanoseconds.
constexpr std::chrono::seconds kLongestDuration = std::chrono::days(3650);

template <class Number>
Result<Number> read_number(std::string_view text, std::string_view expected) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return fail(ErrorKind::Malformed,
                    quote(text) + " is not " + std::string(expected));
    }
    return number;
}

/// ":587" -> 587.
Result<std::uint16_t> read_port(std::string_view text) {
    constexpr std::string_view kExpected = "a colon and a port from 1 to 65535";
    auto port = read_number<std::uint16_t>(text.substr(1), kExpected);
    if (port && text.front() == ':' && *port != 0) return port;
    return fail(ErrorKind::Malformed, quote(text) + " is not " + std::string(kExpected));
}

/// RFC 5322 §2.2: printable US-ASCII except colon.
bool is_field_name_byte(char byte) { return byte > 0x20 && byte < 0x7f && byte != ':'; }

}  // namespace

Result<std::string> read_path(std::string_view text) {
    if (!text.starts_with('/')) {
        return fail(ErrorKind::Malformed, quote(text) + " is not an absolute path");
    }
    return std::string(text);
}

Result<std::string> read_profile(std::string_view text) {
    const bool name = !text.empty() && text.front() != '.' &&
                      std::all_of(text.begin(), text.end(), [](char b) {
                          return is_digit(b) || (to_lower(b) >= 'a' && to_lower(b) <= 'z') ||
                                 b == '-' || b == '.' || b == '_';
                      });
    if (name || text.starts_with('/')) return std::string(text);
    return fail(ErrorKind::Malformed, quote(text) + " is neither a name nor an absolute path");
}

Result<std::string> read_path_or_none(std::string_view text) {
    return text.empty() ? Result<std::string>(std::string()) : read_path(text);
}

Result<std::string> read_http_url(std::string_view text) {
    const bool has_scheme = text.starts_with("http://") || text.starts_with("https://");
    const bool is_printable = std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
    if (text.empty() || (has_scheme && is_printable && text.find("://") + 3 < text.size())) return std::string(text);
    return fail(ErrorKind::Malformed, "not an http: or https: address: " + quote(text));
}

Result<Endpoint> read_endpoint(std::string_view text, std::uint16_t default_port) {
    std::string_view host = text;
    std::string_view rest;  // ":port", or nothing
    if (text.starts_with('[')) {
        const std::size_t closing = text.find(']');
        if (closing == std::string_view::npos) {
            return fail(ErrorKind::Malformed, quote(text) + " has no closing bracket");
        }
        host = text.substr(1, closing - 1);
        rest = text.substr(closing + 1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        host = text.substr(0, text.find(':'));
        rest = text.substr(text.find(':'));
    }
    auto address = IpAddress::parse(host);
    if (!address) return because(address, "expected address:port");
    if (rest.empty()) return Endpoint{*address, default_port};
    auto port = read_port(rest);
    if (!port) return because(port, "expected address:port");
    return Endpoint{*address, *port};
}

Result<std::chrono::seconds> read_duration(std::string_view text) {
    constexpr std::string_view kExpected = "a duration such as 90s, 5m, 1h or 2d";
    if (text.empty()) return fail(ErrorKind::Malformed, "expected " + std::string(kExpected));
    std::int64_t factor = 1;
    std::string_view digits = text;
    switch (text.back()) {
        case 's': break;
        case 'm': factor = 60; break;
        case 'h': factor = 3600; break;
        case 'd': factor = 86400; break;
        default: factor = 0;
    }
    if (factor != 0) digits.remove_suffix(1);
    auto number = read_number<std::uint32_t>(digits, kExpected);
    if (!number) return fail(ErrorKind::Malformed, quote(text) + " is not " + std::string(kExpected));
    const std::chrono::seconds duration(*number * std::max<std::int64_t>(factor, 1));
    if (duration > kLongestDuration) {
        return fail(ErrorKind::Malformed, quote(text) + " is longer than 3650d");
    }
    return duration;
}

Result<std::uint32_t> read_count(std::string_view text) {
    auto number = read_number<std::uint32_t>(text, "a whole number above 0");
    if (number && *number == 0) return fail(ErrorKind::Malformed, "0 is not a whole number above 0");
    return number;
}

Result<std::uint64_t> read_size(std::string_view text) {
    constexpr std::string_view kExpected = "a size such as 65536, 64K, 256M or 1G";
    constexpr std::string_view kUnits = "KMG";
    const std::size_t unit = text.empty() ? kUnits.npos : kUnits.find(text.back());
    std::string_view digits = text;
    if (unit != kUnits.npos) digits.remove_suffix(1);
    auto number = read_number<std::uint32_t>(digits, kExpected);
    if (!number || *number == 0) {
        return fail(ErrorKind::Malformed, quote(text) + " is not " + std::string(kExpected));
    }
    const std::size_t shift = unit == kUnits.npos ? 0 : 10 * (unit + 1);
    return std::uint64_t{*number} << shift;
}

Result<std::string> read_header_name(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_field_name_byte)) {
        return fail(ErrorKind::Malformed, quote(text) + " is not a header field name");
    }
    return std::string(text);
}

Result<HeaderField> read_header_field(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return fail(ErrorKind::Malformed, quote(text) + " is not of the form \"Name: value\"");
    }
    auto name = read_header_name(trim(text.substr(0, colon)));
    if (!name) return because(name, "expected \"Name: value\"");
    return HeaderField{*std::move(name), std::string(trim(text.substr(colon + 1)))};
}

Result<TrustedRoute> read_trusted_route(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view transport = text.substr(0, colon);
    if (transport.empty()) {
        return fail(ErrorKind::Malformed, "expected transport or transport:nexthop");
    }
    TrustedRoute route{to_lower(transport), std::nullopt};
    if (colon != std::string_view::npos && colon + 1 < text.size()) {
        route.next_hop = to_lower(text.substr(colon + 1));
    }
    return route;
}

Result<Shortfall> read_shortfall(std::string_view text) {
    if (text == "portal") return Shortfall::Portal;
    if (text == "hold") return Shortfall::Hold;
    if (text == "reject") return Shortfall::Reject;
    if (text == "deliver") {
        return fail(ErrorKind::Malformed, quote(text) +
                                              " is not available in this version, which has no "
                                              "exceptions yet; use portal, hold or reject");
    }
    return fail(ErrorKind::Malformed, quote(text) + " is none of portal, hold, reject");
}

Result<Uncertain> read_uncertain(std::string_view text) {
    if (text == "queue") return Uncertain::Queue;
    if (text == "portal") return Uncertain::Portal;
    return fail(ErrorKind::Malformed, quote(text) + " is none of queue, portal");
}

Result<std::string> read_helo_name(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']')) {
        std::string_view literal = text.substr(1, text.size() - 2);
        if (literal.starts_with("IPv6:")) literal.remove_prefix(5);
        if (auto address = IpAddress::parse(literal); !address) return because(address, "EHLO name");
        return std::string(text);
    }
    auto name = DomainName::parse(text);
    if (!name) return because(name, "EHLO name");
    return name->str();
}

Result<std::string> read_mailbox(std::string_view text) {
    const std::size_t at = text.rfind('@');
    const bool plain = std::all_of(text.begin(), text.end(), [](char byte) {
        return byte > 0x20 && byte < 0x7f && byte != '<' && byte != '>';
    });
    if (at == std::string_view::npos || at == 0 || !plain) {
        return fail(ErrorKind::Malformed, quote(text) + " is not a mail address");
    }
    if (auto domain = DomainName::parse(text.substr(at + 1)); !domain) {
        return because(domain, "expected a mail address");
    }
    return std::string(text);
}

Result<bool> read_switch(std::string_view text) {
    if (text == "yes") return true;
    if (text == "no") return false;
    return fail(ErrorKind::Malformed, quote(text) + " is neither yes nor no");
}

Result<Mode> read_mode(std::string_view text) {
    if (text == "enforce") return Mode::Enforce;
    if (text == "shadow") return Mode::Shadow;
    return fail(ErrorKind::Malformed, quote(text) + " is neither enforce nor shadow");
}

Result<std::string> read_milter_socket(std::string_view text) {
    if (text.starts_with("inet:") || text.starts_with("inet6:")) return std::string(text);
    auto path = read_path(text.starts_with("unix:") ? text.substr(5) : text);
    if (!path) return fail(ErrorKind::Malformed, quote(text) + " is neither an absolute path nor inet:port@host");
    return path;
}

}  // namespace smarttls::policy
