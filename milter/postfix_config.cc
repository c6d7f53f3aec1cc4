// SPDX-License-Identifier: Apache-2.0
#include "milter/postfix_config.h"

#include <array>
#include <map>
#include <utility>

#include "milter/child.h"
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
    for (const FloorTransport& demanded : kTransports) {
        if (auto checked = check_tables(std::string(to_string(demanded.floor))); !checked) {
            return checked;
        }
    }
    return policy::ok();
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
    return check_listing(*listing);
}

/// Asks the tables of main.cf what Postfix would ask them for mail with this floor.
Result<void> PostfixConfig::check_tables(const std::string& floor) const {
    const std::string tag = "+smarttls-" + floor;
    const std::string sender = "canary" + tag + "@example.invalid";
    auto transport = look_up("sender_dependent_default_transport_maps", sender);
    if (!transport) return tl::unexpected(transport.error());
    if (*transport != "smarttls-" + floor + ":") {
        return policy::fail(ErrorKind::Misconfigured,
                            "sender_dependent_default_transport_maps in main.cf does not send " +
                                tag + " to smarttls-" + floor + ":");
    }
    for (const char* parameter : {"smtp_generic_maps", "lmtp_generic_maps"}) {
        auto plain = look_up(parameter, sender);
        if (!plain) return tl::unexpected(plain.error());
        if (*plain != "canary@example.invalid") {
            return policy::fail(ErrorKind::Misconfigured,
                                std::string(parameter) + " in main.cf does not take " + tag +
                                    " off the sender");
        }
    }
    return policy::ok();
}

/// The first answer of the parameter's tables, in order, as Postfix searches them; or nothing.
Result<std::string> PostfixConfig::look_up(const std::string& parameter,
                                           const std::string& key) const {
    auto tables = postconf("-xh", parameter);
    if (!tables) return because(tables, parameter);
    for (const std::string& table : split_tables(*tables)) {
        // postmap(1) ends with 1 when the key is not there, and when the table is broken: both mean
        // that this table does not give the answer that we need.
        const auto found = output_of({"postmap", "-c", directory_, "-q", key, table});
        if (found) return std::string(policy::trim(*found));
    }
    return std::string();
}

}  // namespace smarttls::milter
