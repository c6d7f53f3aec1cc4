// SPDX-License-Identifier: Apache-2.0
//
// What postconf(1) prints: a listing of master.cf, and the value of a parameter with tables.
#include <algorithm>

#include "milter/floor_transports.h"
#include "milter/postfix_config.h"
#include "policy/text.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

std::string without_separators(std::string_view text) {
    std::string kept(text);
    std::erase_if(kept, [](char byte) { return std::string_view(" \t\r\n,").find(byte) != std::string_view::npos; });
    return kept;
}

std::string reversed_lines(std::string_view text) {
    auto lines = policy::split(text, '\n');
    std::reverse(lines.begin(), lines.end());
    std::string reversed;
    for (const std::string_view line : lines) reversed.append(line).append("\n");
    return reversed;
}

}  // namespace

void judge(std::string_view input) {
    const std::string text(input);
    const bool met = milter::check_listing(text).has_value();
    require(milter::check_listing(reversed_lines(text)).has_value() == met,
            "the order of the lines does not matter");
    require(milter::check_listing(text + "\n" + text).has_value() == met,
            "what is said twice is said once");

    const auto tables = milter::split_tables(input);
    for (const std::string& table : tables) require(!table.empty(), "a table has a name");
    const std::string joined = policy::join(tables, " ");
    require(without_separators(joined) == without_separators(input), "no byte of a table is lost");
    require(milter::split_tables(joined) == tables, "tables that are written are read");
}

}  // namespace smarttls::fuzz
