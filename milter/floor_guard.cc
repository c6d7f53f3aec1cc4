// SPDX-License-Identifier: Apache-2.0
#include "milter/floor_guard.h"

#include <algorithm>
#include <array>

#include "milter/postfix_config.h"
#include "policy/text.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Floor;
using policy::Result;

// Compared to the letter: a table that merely looks alike might let one field pass.
constexpr std::string_view kKeepsBack =
    "pipemap:{regexp:{{/^X-SmartTLS-Floor:/ x}},fail:class_mail_not_by_this_transport}";

constexpr std::array kDownwards{Floor::Dane, Floor::MtaSts, Floor::Pkix, Floor::Encrypted};

/// Each floor's transport is enough for mail of that floor and of lower ones.
std::string passing_table(Floor floor) {
    std::string names;
    for (const Floor lower : kDownwards) {
        if (lower > floor) continue;
        names += (names.empty() ? "" : "|") + std::string(to_string(lower));
    }
    if (floor != Floor::Encrypted) names = "(" + names + ")";
    return "regexp:{{/^" + std::string(kFloorField) + ": " + names + "$$/ IGNORE}}";
}

// What the delivering process compares: every value by which it enforces a floor, as it has them in force ...
constexpr std::string_view kInForce =
    "$smtp_tls_security_level maps=$smtp_tls_policy_maps $smtp_tls_mandatory_protocols "
    "$smtp_tls_mandatory_ciphers $smtp_dns_support_level $smtp_host_lookup "
    "fallback=$smtp_fallback_relay required=$tls_required_enable sites=$smtp_tls_per_site";
// ... with what all floors demand of them, behind level and policy map.
constexpr std::string_view kDemanded = ">=TLSv1.2 high dnssec dns fallback= required=no sites=";

/// Read by the delivering process, which knows its own -o lines: any other level, and it keeps back.
std::string passing_value(const FloorTransport& transport, std::string_view policy_map) {
    return "${{$smarttls_in_force} == {" + std::string(transport.security_level) + " maps=" +
           std::string(policy_map) + " $smarttls_demanded} ? {" + passing_table(transport.floor) +
           ",}} $smarttls_keeps_back";
}

Result<void> expect_line(std::string_view parameter, std::string_view value, std::string_view demanded) {
    if (value == demanded) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured, "main.cf lacks " + std::string(parameter) + " = " +
                                                      std::string(demanded));
}

/// A parameter of one service that replaces that of main.cf, and how its value must begin.
struct Override {
    std::string_view service;  // empty: of any
    std::string_view parameter;
    std::string_view begin;
};

constexpr std::array<Override, 3> kOverrides{{
    {"", "smtp_header_checks", "$smarttls_keeps_back"},
    {"", "lmtp_header_checks", "$smarttls_keeps_back"},
    {"cleanup", "header_checks", "$smarttls_marks"},
}};

Result<void> check_override(const Override& demand, std::string_view service, std::string_view value,
                            const std::vector<std::string>& trusted) {
    if (!demand.service.empty() && demand.service != service) return policy::ok();
    if (std::find(trusted.begin(), trusted.end(), service) != trusted.end()) return policy::ok();
    if (value.starts_with(demand.begin)) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        "service " + std::string(service) + " in master.cf has -o " +
                            std::string(demand.parameter) + " without " + std::string(demand.begin) +
                            " in front, so that class mail could leave by it without its floor");
}

bool is_lmtp(std::string_view services, std::string_view service) {
    const std::string line = std::string(service) + "/unix/command = lmtp";
    const auto lines = policy::split(services, '\n');
    return std::any_of(lines.begin(), lines.end(), [&](std::string_view one) {
        return one == line || one.starts_with(line + " ");
    });
}

bool lets_pass(std::string_view listing, std::string_view service) {
    const std::string line = std::string(service) + "/unix/lmtp_header_checks = $smarttls_trusted";
    const auto lines = policy::split(listing, '\n');
    return std::any_of(lines.begin(), lines.end(),
                       [&](std::string_view one) { return one.starts_with(line); });
}

}  // namespace

std::string passing_parameter(Floor floor) {
    std::string name = "smarttls_passes_" + std::string(to_string(floor));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

Result<void> check_keeps_back(std::string_view parameter, std::string_view value) {
    const auto tables = split_tables(value);
    if (!tables.empty() && tables.front() == kKeepsBack) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        std::string(parameter) + " in main.cf does not begin with $smarttls_keeps_back");
}

Result<void> check_passes(const FloorTransport& transport, std::string_view policy_map,
                          std::string_view value) {
    return expect_line(passing_parameter(transport.floor), value, passing_value(transport, policy_map));
}

Result<void> check_in_force(std::string_view in_force, std::string_view demanded) {
    if (auto met = expect_line("smarttls_in_force", in_force, kInForce); !met) return met;
    return expect_line("smarttls_demanded", demanded, kDemanded);  // NOLINT(readability-suspicious-call-argument)
}

Result<void> check_other_transports(std::string_view listing,
                                    const std::vector<std::string>& trusted) {
    for (const std::string_view line : policy::split(listing, '\n')) {
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || line.starts_with("smarttls-")) continue;
        const auto key = policy::split(policy::trim(line.substr(0, equals)), '/');
        for (const Override& demand : kOverrides) {
            if (key.size() != 3 || key[2] != demand.parameter) continue;
            const auto value = policy::trim(line.substr(equals + 1));
            if (auto met = check_override(demand, key[0], value, trusted); !met) return met;
        }
    }
    return policy::ok();
}

Result<void> check_mailboxes(std::string_view routes, std::string_view services,
                             std::string_view listing, const std::vector<std::string>& trusted) {
    for (const std::string_view line : policy::split(routes, '\n')) {
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const auto service = policy::split(policy::trim(line.substr(equals + 1)), ':').front();
        if (std::find(trusted.begin(), trusted.end(), service) == trusted.end()) continue;
        if (!is_lmtp(services, service) || lets_pass(listing, service)) continue;
        return policy::fail(ErrorKind::Misconfigured,
                            std::string(policy::trim(line.substr(0, equals))) + " in main.cf leads to " +
                                std::string(service) + ", whose line in master.cf lacks -o "
                                "lmtp_header_checks=$smarttls_trusted: class mail would wait there");
    }
    return policy::ok();
}

}  // namespace smarttls::milter
