// SPDX-License-Identifier: Apache-2.0
#include "milter/postfix_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include "milter/child.h"
#include "milter/floor_guard.h"
#include "milter/floor_lookups.h"
#include "policy/recipient_tag.h"
#include "policy/text.h"
#include "policy/verdict.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Floor;
using policy::Result;

struct FloorTransport {
    Floor floor;
    std::string_view security_level;
    std::string_view policy_map;  // end of smtp_tls_policy_maps; empty: must be empty
};

// Why each level is the one that holds: postfix TLS_README; none of them ever falls back to plaintext.
constexpr std::array<FloorTransport, 4> kTransports{{
    {Floor::Dane, "dane-only", ""},
    {Floor::MtaSts, "secure", ":mta-sts"},
    {Floor::Pkix, "secure", ":pkix"},
    {Floor::Encrypted, "encrypt", ""},
}};

struct Demand {
    std::string_view parameter;
    std::string_view value;
};

// The same for all floors. tls_required_enable: RFC 8689 "TLS-Required: no" switches TLS policy off in
// Postfix 3.10 and newer. smtp_fallback_relay: a relay host that no policy knows.
constexpr std::array<Demand, 6> kDemands{{
    {"smtp_tls_mandatory_protocols", ">=TLSv1.2"},
    {"smtp_tls_mandatory_ciphers", "high"},
    {"smtp_dns_support_level", "dnssec"},
    {"smtp_host_lookup", "dns"},
    {"smtp_fallback_relay", ""},
    {"tls_required_enable", "no"},
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

FileStamp::File stamp_of(const std::string& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return {};
    return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

}  // namespace

Result<void> check_listing(const std::string& text) {
    auto listing = parse_listing(text);
    if (!listing) return tl::unexpected(listing.error());
    for (const FloorTransport& demanded : kTransports) {
        const std::string transport = "smarttls-" + std::string(to_string(demanded.floor));
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

/// As mystrtokq(3) of Postfix: a brace without its pair is a byte of the table's name, no table is lost.
std::vector<std::string> split_tables(std::string_view value) {
    constexpr std::string_view kSeparators = ", \t\r\n";  // CHARS_COMMA_SP
    std::vector<std::string> tables;
    std::string table;
    int depth = 0;
    const auto end_table = [&] {
        if (!table.empty()) tables.push_back(std::exchange(table, {}));
    };
    for (const char byte : value) {
        if (depth == 0 && kSeparators.find(byte) != std::string_view::npos) {
            end_table();
            continue;
        }
        if (byte == '{') ++depth;
        if (byte == '}' && depth > 0) --depth;
        table += byte;
    }
    end_table();
    return tables;
}

FileStamp PostfixConfig::stamp() const {
    return {stamp_of(directory_ + "/main.cf"), stamp_of(directory_ + "/master.cf")};
}

Result<std::string> PostfixConfig::postconf(std::string option, std::string parameter) const {
    std::vector<std::string> arguments{"postconf", "-c", directory_, std::move(option)};
    if (!parameter.empty()) arguments.push_back(std::move(parameter));
    return output_of(std::move(arguments));
}

Result<void> PostfixConfig::check() const {
    auto delimiter = postconf("-xh", "recipient_delimiter");
    if (!delimiter) return because(delimiter, "recipient_delimiter");
    if (delimiter->find('+') == std::string::npos) {
        return policy::fail(ErrorKind::Misconfigured, "main.cf lacks recipient_delimiter = +");
    }
    if (auto checked = check_per_site(); !checked) return checked;
    if (auto checked = check_transports(); !checked) return checked;
    if (auto checked = check_floor_guard(); !checked) return checked;
    if (auto checked = check_without_milter(); !checked) return checked;
    return check_tables();
}

/// Where smtp_tls_policy_maps is empty, as on the transports of the floors dane and encrypted, an entry
/// of this obsolete table overrides smtp_tls_security_level, "NONE" included (smtp_tls_policy.c).
Result<void> PostfixConfig::check_per_site() const {
    auto tables = postconf("-xh", "smtp_tls_per_site");
    if (!tables) return because(tables, "smtp_tls_per_site");
    if (policy::trim(*tables).empty()) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        "main.cf sets smtp_tls_per_site, which overrides the floors; use "
                        "smtp_tls_policy_maps instead");
}

Result<void> PostfixConfig::check_transports() const {
    auto services = postconf("-F");
    if (!services) return because(services, "master.cf");
    for (const FloorTransport& demanded : kTransports) {
        const std::string name = "smarttls-" + std::string(to_string(demanded.floor));
        // With its arguments behind it; a blank alone would not do, since it may have none.
        const std::string line = "\n" + name + "/unix/command = smtp";
        const std::string text = "\n" + *services + "\n";
        if (text.find(line + " ") == std::string::npos && text.find(line + "\n") == std::string::npos) {
            return policy::fail(ErrorKind::Misconfigured,
                                "master.cf lacks the transport " + name + " (unix ... smtp)");
        }
    }
    auto listing = postconf("-P");
    if (!listing) return because(listing, "master.cf");
    if (auto checked = check_listing(*listing); !checked) return checked;
    return check_other_transports(*listing, trusted_);
}

Result<void> PostfixConfig::check_without_milter() const {
    auto action = postconf("-xh", "milter_default_action");
    if (!action) return because(action, "milter_default_action");
    if (policy::trim(*action) != "accept") return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        "main.cf has milter_default_action = accept, which lets class mail pass while "
                        "the milter is away");
}

Result<void> PostfixConfig::check_floor_guard() const {
    auto checks = postconf("-xh", "smtp_header_checks");
    if (!checks) return because(checks, "smtp_header_checks");
    if (auto checked = check_keeps_back(policy::trim(*checks)); !checked) return checked;
    for (const FloorTransport& demanded : kTransports) {
        const std::string parameter = passing_parameter(demanded.floor);
        auto passes = postconf("-xh", parameter);
        if (!passes) return because(passes, parameter);
        if (auto checked = check_passes(demanded.floor, policy::trim(*passes)); !checked) return checked;
    }
    auto filtered = postconf("-xh", "internal_mail_filter_classes");
    if (!filtered) return because(filtered, "internal_mail_filter_classes");
    const auto classes = split_tables(*filtered);
    if (std::find(classes.begin(), classes.end(), "bounce") != classes.end()) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured, "main.cf lacks internal_mail_filter_classes = bounce");
}

/// Asks the tables of main.cf what Postfix would ask them for mail with each floor and notices about it.
Result<void> PostfixConfig::check_tables() const {
    std::map<std::string, std::vector<Lookup>> demanded;
    for (const FloorTransport& transport : kTransports) {
        for (Lookup& lookup : lookups_of(transport.floor)) {
            demanded[lookup.parameter].push_back(std::move(lookup));
        }
    }
    demanded["header_checks"].push_back(
        {"header_checks", control_header_ + ": x", "PREPEND " + std::string(kFloorField) + ": dane",
         "mark mail with " + control_header_ +
             ", which would leave without its floor if no milter were asked"});
    for (const auto& [parameter, lookups] : demanded) {
        std::vector<std::string> keys;
        for (const Lookup& lookup : lookups) keys.push_back(lookup.key);
        auto found = look_up(parameter, std::move(keys));
        if (!found) return tl::unexpected(found.error());
        for (const Lookup& lookup : lookups) {
            if ((*found)[lookup.key] == lookup.answer) continue;
            return policy::fail(ErrorKind::Misconfigured,
                                parameter + " in main.cf does not " + lookup.purpose);
        }
    }
    return policy::ok();
}

Result<void> PostfixConfig::check_lower_floors() const {
    const std::string address = "canary@example.invalid";
    for (const Floor floor : {Floor::Encrypted, Floor::Pkix, Floor::MtaSts}) {
        const std::string transport = "smarttls-" + std::string(to_string(floor)) + ":";
        const std::string tagged = policy::with_lower_floor(address, floor).value_or("");
        auto routes = look_up("transport_maps", {tagged});
        if (!routes) return tl::unexpected(routes.error());
        auto plain = look_up("smtp_generic_maps", {tagged});
        if (!plain) return tl::unexpected(plain.error());
        const bool is_routed = (*routes)[tagged] == transport;
        if (is_routed && (*plain)[tagged] == address) continue;
        return policy::fail(ErrorKind::Misconfigured,
                            is_routed ? "smtp_generic_maps in main.cf does not take the tag off " + tagged
                                      : "transport_maps in main.cf does not send " + tagged + " to " + transport);
    }
    return policy::ok();
}

/// The first answer of the parameter's tables to each key, in order, as Postfix searches them.
Result<std::map<std::string, std::string>> PostfixConfig::look_up(
    const std::string& parameter, std::vector<std::string> keys) const {
    auto tables = postconf("-xh", parameter);
    if (!tables) return because(tables, parameter);
    std::map<std::string, std::string> answers;
    for (const std::string& table : split_tables(*tables)) {
        std::string asked;
        for (const std::string& key : keys) asked += answers.contains(key) ? "" : key + "\n";
        if (asked.empty()) break;
        // postmap(1) ends with 1 when no key is there, and when the table is broken: both mean that
        // this table does not give the answers that we need.
        const auto found = output_of({"postmap", "-c", directory_, "-q", "-", table}, asked);
        if (!found) continue;
        for (const std::string_view line : policy::split(*found, '\n')) {
            const std::size_t tab = line.find('\t');
            if (tab == std::string_view::npos) continue;
            answers.emplace(line.substr(0, tab), policy::trim(line.substr(tab + 1)));
        }
    }
    return answers;
}

Result<std::vector<std::string>> PostfixConfig::local_domains() const {
    auto listed = postconf("-xh", "mydestination");
    if (!listed) return because(listed, "mydestination");
    return split_tables(policy::to_lower(*listed));
}

}  // namespace smarttls::milter
