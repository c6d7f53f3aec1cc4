// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/epoch.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::store {

using policy::ErrorKind;
using policy::fail;

Epoch Epoch::of(std::chrono::sys_seconds time) {
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    return Epoch(day.year() / day.month());
}

Result<Epoch> Epoch::parse(std::string_view text) {
    const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
    const bool shaped = text.size() == 7 && text[4] == '-' &&
                        std::count_if(text.begin(), text.end(), is_digit) == 6;
    if (shaped) {
        const int year = std::stoi(std::string(text.substr(0, 4)));
        const unsigned month = static_cast<unsigned>(std::stoi(std::string(text.substr(5))));
        const std::chrono::year_month found{std::chrono::year(year), std::chrono::month(month)};
        if (found.ok()) return Epoch(found);
    }
    return fail(ErrorKind::Malformed, policy::quote(text) + " is no month such as 2026-11");
}

std::string Epoch::str() const {
    const std::string year = std::to_string(static_cast<int>(month_.year()));
    const std::string month = std::to_string(static_cast<unsigned>(month_.month()));
    return std::string(4 - std::min<std::size_t>(4, year.size()), '0') + year +
           (month.size() == 1 ? "-0" : "-") + month;
}

Epoch Epoch::later(int months) const {
    return Epoch(month_ + std::chrono::months(months));
}

}  // namespace smarttls::store
