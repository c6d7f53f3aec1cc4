// SPDX-License-Identifier: Apache-2.0
#include "milter/postfix_config.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "smarttls/mta/child.h"
#include "milter/floor_guard.h"
#include "milter/floor_lookups.h"
#include "milter/floor_transports.h"
#include "policy/recipient_tag.h"
#include "policy/text.h"
#include "policy/verdict.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Floor;
using policy::Result;

FileStamp::File stamp_of(const std::string& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return {};
    return {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

}  // namespace

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
    return mta::output_of(std::move(arguments));
}

Result<void> PostfixConfig::check() const {
    if (auto checked = check_lines(); !checked) return checked;
    if (auto checked = check_without_milter(); !checked) return checked;
    return check_other_instances();
}

Result<void> PostfixConfig::check_lines() const {
    auto delimiter = postconf("-xh", "recipient_delimiter");
    if (!delimiter) return because(delimiter, "recipient_delimiter");
    if (delimiter->find('+') == std::string::npos) {
        return policy::fail(ErrorKind::Misconfigured, "main.cf lacks recipient_delimiter = +");
    }
    if (auto checked = check_per_site(); !checked) return checked;
    auto listing = postconf("-P");
    if (!listing) return because(listing, "master.cf");
    if (auto checked = check_transports(*listing); !checked) return checked;
    if (auto checked = check_floor_guard(*listing); !checked) return checked;
    return check_tables();
}

/// Mail leaves this instance for another by a transport of the site's own alone, which has to let the floor's
/// field pass: where none does, the other instances never see class mail.
Result<void> PostfixConfig::check_other_instances() const {
    auto listing = postconf("-P");
    if (!listing) return because(listing, "master.cf");
    if (check_other_transports(*listing, {})) return policy::ok();
    auto directories = postconf("-xh", "multi_instance_directories");
    if (!directories) return because(directories, "multi_instance_directories");
    for (const std::string& directory : split_tables(*directories)) {
        const PostfixConfig instance(directory, control_header_, trusted_);
        if (auto checked = instance.check_lines(); !checked) {
            return because(checked, "the Postfix instance in " + directory);
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

/// `listing`: what `postconf -P` prints.
Result<void> PostfixConfig::check_transports(const std::string& listing) const {
    auto services = postconf("-F");
    if (!services) return because(services, "master.cf");
    for (const FloorTransport& demanded : kFloorTransports) {
        const std::string name = demanded.name();
        // With its arguments behind it; a blank alone would not do, since it may have none.
        const std::string line = "\n" + name + "/unix/command = smtp";
        const std::string text = "\n" + *services + "\n";
        if (text.find(line + " ") == std::string::npos && text.find(line + "\n") == std::string::npos) {
            return policy::fail(ErrorKind::Misconfigured,
                                "master.cf lacks the transport " + name + " (unix ... smtp)");
        }
    }
    if (auto checked = check_listing(listing); !checked) return checked;
    auto routes = mta::output_of({"postconf", "-c", directory_, "-x", "local_transport", "mailbox_transport",
                             "virtual_transport"});
    if (!routes) return because(routes, "virtual_transport");
    if (auto met = check_mailboxes(*routes, *services, listing, trusted_); !met) return met;
    return check_other_transports(listing, trusted_);
}

Result<void> PostfixConfig::check_without_milter() const {
    auto action = postconf("-xh", "milter_default_action");
    if (!action) return because(action, "milter_default_action");
    if (policy::trim(*action) != "accept") return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        "main.cf has milter_default_action = accept, which lets class mail pass while "
                        "the milter is away");
}

Result<void> PostfixConfig::check_floor_guard(const std::string& listing) const {
    for (const std::string parameter : {"smtp_header_checks", "lmtp_header_checks"}) {
        auto checks = postconf("-xh", parameter);
        if (!checks) return because(checks, parameter);
        if (auto met = check_keeps_back(parameter, policy::trim(*checks)); !met) return met;
    }
    for (const FloorTransport& transport : kFloorTransports) {
        auto passes = postconf("-h", passing_parameter(transport.floor));
        if (!passes) return because(passes, passing_parameter(transport.floor));
        auto met = check_passes(transport, policy_map_of(transport, listing), policy::trim(*passes));
        if (!met) return met;
    }
    // Behind what uses them: postconf(1) knows no parameter of ours before.
    auto in_force = postconf("-h", "smarttls_in_force");
    if (!in_force) return because(in_force, "smarttls_in_force");
    auto demanded = postconf("-h", "smarttls_demanded");
    if (!demanded) return because(demanded, "smarttls_demanded");
    if (auto met = check_in_force(policy::trim(*in_force), policy::trim(*demanded)); !met) return met;
    auto filtered = postconf("-xh", "internal_mail_filter_classes");
    if (!filtered) return because(filtered, "internal_mail_filter_classes");
    const auto classes = split_tables(*filtered);
    if (std::find(classes.begin(), classes.end(), "bounce") != classes.end()) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured, "main.cf lacks internal_mail_filter_classes = bounce");
}

/// Asks the tables of main.cf what Postfix would ask them for mail with each floor and notices about it.
Result<void> PostfixConfig::check_tables() const {
    // Backwards: smtp_generic_maps comes before lmtp_generic_maps, which is given its value.
    std::map<std::string, std::vector<Lookup>, std::greater<>> demanded;
    for (const FloorTransport& transport : kFloorTransports) {
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
        const auto found = mta::output_of({"postmap", "-c", directory_, "-q", "-", table}, asked);
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
