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
    return "regexp:{{/^" + std::string(kFloorField) + ": " + names + "$/ IGNORE}}";
}

/// A parameter of one service that replaces that of main.cf, and how its value must begin.
struct Override {
    std::string_view service;  // empty: of any
    std::string_view parameter;
    std::string_view begin;
};

constexpr std::array<Override, 2> kOverrides{{
    {"", "smtp_header_checks", "$smarttls_keeps_back"},
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

}  // namespace

std::string passing_parameter(Floor floor) {
    std::string name = "smarttls_passes_" + std::string(to_string(floor));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

Result<void> check_keeps_back(std::string_view value) {
    const auto tables = split_tables(value);
    if (!tables.empty() && tables.front() == kKeepsBack) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured,
                        "smtp_header_checks in main.cf does not begin with $smarttls_keeps_back");
}

Result<void> check_passes(Floor floor, std::string_view value) {
    const auto tables = split_tables(value);
    if (tables.size() > 1 && tables[0] == passing_table(floor) && tables[1] == kKeepsBack) {
        return policy::ok();
    }
    return policy::fail(ErrorKind::Misconfigured, "main.cf lacks " + passing_parameter(floor) + " = " +
                                                      passing_table(floor) +
                                                      ", $smarttls_keeps_back");
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

}  // namespace smarttls::milter
