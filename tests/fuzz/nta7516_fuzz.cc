// SPDX-License-Identifier: Apache-2.0
//
// TXT records at the apex of a mail domain, separated by zero bytes, on a day of 2026.
#include <algorithm>
#include <cstdio>

#include "smarttls/nta7516.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

using engine::NtaState;

constexpr std::chrono::year_month_day kToday{std::chrono::year(2026), std::chrono::month(11),
                                             std::chrono::day(23)};

std::string written(std::chrono::year_month month) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(month.year()),
                  static_cast<unsigned>(month.month()));
    return text;
}

std::string written(const engine::NtaRecord& record) {
    std::string text = "v=NTA7516-1;startdate=" + written(record.start) +
                       ";enddate=" + written(record.end) + ";provider=" + record.provider;
    for (const auto& host : record.ntamx) {
        text += ";ntamx=" + std::to_string(host.preference) + " " + host.host.str();
    }
    return text;
}

}  // namespace

void judge(std::string_view input) {
    const engine::NtaFinding found = engine::find_nta7516(texts_of(input), kToday);
    require((found.state == NtaState::Malformed) == !found.mistake.empty(),
            "a mistake is named if and only if there is one");
    require(is_printable(found.mistake), "a mistake is printable");
    const bool read = found.state == NtaState::Valid || found.state == NtaState::NotYet ||
                      found.state == NtaState::Expired;
    require(read == found.record.has_value(), "a record is there if and only if it was read");
    if (!found.record) return;

    const engine::NtaRecord& record = *found.record;
    require(is_printable(record.provider) && !record.provider.empty(), "a provider is a name");
    require(record.start <= record.end && record.ntamx.size() <= 10, "a record is in its bounds");
    require(std::is_sorted(record.ntamx.begin(), record.ntamx.end(),
                           [](const auto& a, const auto& b) { return a.preference < b.preference; }),
            "hosts stand in the order of preference");
    const auto again = engine::find_nta7516({written(record)}, kToday);
    require(again.state == found.state && written(*again.record) == written(record),
            "a record that is written is read");
}

}  // namespace smarttls::fuzz
