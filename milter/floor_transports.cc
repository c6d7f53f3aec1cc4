// SPDX-License-Identifier: Apache-2.0
#include "milter/floor_transports.h"

#include <map>

#include "milter/floor_guard.h"
#include "policy/text.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

struct Demand {
    std::string_view parameter;
    std::string_view value;
};

// The same for all floors. tls_required_enable: RFC 8689 "TLS-Required: no" switches TLS policy off in
// Postfix 3.10 and newer. smtp_fallback_relay: a relay host that no policy knows. smtp_tls_loglevel: without it nobody
// can tell afterwards how a message left.
constexpr std::array<Demand, 7> kDemands{{
    {"smtp_tls_mandatory_protocols", ">=TLSv1.2"},
    {"smtp_tls_mandatory_ciphers", "high"},
    {"smtp_dns_support_level", "dnssec"},
    {"smtp_host_lookup", "dns"},
    {"smtp_fallback_relay", ""},
    {"tls_required_enable", "no"},
    {"smtp_tls_loglevel", "1"},
}};

using Listing = std::map<std::string, std::string, std::less<>>;

Result<Listing> parse_listing(const std::string& text) {
    Listing listing;
    for (const std::string_view line : policy::split(text, '\n')) {
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || !line.starts_with("smarttls-")) continue;
        const std::string key(policy::trim(line.substr(0, equals)));
        const std::string value(policy::trim(line.substr(equals + 1)));
        const auto [entry, inserted] = listing.emplace(key, value);
        if (!inserted && entry->second != value) {
            return policy::fail(ErrorKind::Misconfigured, "master.cf sets " + key + " twice");
        }
    }
    return listing;
}

Result<void> expect(const Listing& listing, const std::string& transport, const Demand& demand) {
    const auto found = listing.find(transport + "/unix/" + std::string(demand.parameter));
    const std::string line =
        "-o " + std::string(demand.parameter) + "=" + std::string(demand.value);
    if (found == listing.end()) {
        return policy::fail(ErrorKind::Misconfigured,
                            "transport " + transport + " in master.cf lacks " + line);
    }
    if (found->second != demand.value) {
        return policy::fail(ErrorKind::Misconfigured, "transport " + transport +
                                                          " in master.cf has " +
                                                          policy::quote(found->second) +
                                                          " where it needs " + line);
    }
    return policy::ok();
}

Result<void> expect_policy_map(const Listing& listing, const std::string& transport,
                               const FloorTransport& demanded) {
    if (demanded.policy_map.empty()) {
        return expect(listing, transport, {"smtp_tls_policy_maps", ""});
    }
    const auto found = listing.find(transport + "/unix/smtp_tls_policy_maps");
    const bool right = found != listing.end() && found->second.starts_with("socketmap:") &&
                       found->second.ends_with(demanded.policy_map) &&
                       found->second.find_first_of(", \t") == std::string::npos;
    if (right) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        "transport " + transport +
                            " in master.cf lacks -o smtp_tls_policy_maps=socketmap:unix:"
                            "smarttlsd/engine.sock" +
                            std::string(demanded.policy_map));
}

}  // namespace

std::string FloorTransport::name() const { return "smarttls-" + std::string(to_string(floor)); }

Result<void> check_listing(const std::string& text) {
    auto listing = parse_listing(text);
    if (!listing) return tl::unexpected(listing.error());
    for (const FloorTransport& demanded : kFloorTransports) {
        const std::string transport = demanded.name();
        const Demand level{"smtp_tls_security_level", demanded.security_level};
        if (auto met = expect(*listing, transport, level); !met) return met;
        if (auto met = expect_policy_map(*listing, transport, demanded); !met) return met;
        const std::string passes = "$" + passing_parameter(demanded.floor);
        if (auto met = expect(*listing, transport, {"smtp_header_checks", passes}); !met) return met;
        for (const Demand& demand : kDemands) {
            if (auto met = expect(*listing, transport, demand); !met) return met;
        }
        if (listing->contains(transport + "/unix/smtp_tls_per_site")) {
            return policy::fail(ErrorKind::Misconfigured, "transport " + transport +
                                                              " in master.cf has -o smtp_tls_per_site, "
                                                              "which overrides its floor");
        }
    }
    return policy::ok();
}

std::string policy_map_of(const FloorTransport& transport, const std::string& text) {
    auto listing = parse_listing(text);
    if (!listing) return {};
    const auto found = listing->find(transport.name() + "/unix/smtp_tls_policy_maps");
    return found == listing->end() ? "" : found->second;
}

}  // namespace smarttls::milter
