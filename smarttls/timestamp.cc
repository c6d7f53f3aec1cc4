// SPDX-License-Identifier: Apache-2.0
#include "smarttls/timestamp.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

using namespace std::chrono;
using policy::WallTime;

constexpr WallTime kFirst = sys_days(year(0) / January / 1);
constexpr WallTime kLast = sys_days(year(10000) / January / 1) - seconds(1);
constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";  // d: a digit

std::string digits(int value, std::size_t width) {
    const std::string text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
}

int number(std::string_view text, std::size_t begin, std::size_t width) {
    int value = 0;
    for (const char digit : text.substr(begin, width)) value = value * 10 + (digit - '0');
    return value;
}

unsigned positive(std::string_view text, std::size_t begin, std::size_t width) {
    return static_cast<unsigned>(number(text, begin, width));
}

bool has_form(std::string_view text) {
    return std::equal(
        text.begin(), text.end(), kForm.begin(), kForm.end(),
        [](char byte, char form) { return form == 'd' ? policy::is_digit(byte) : byte == form; });
}

}  // namespace

std::string format_time(WallTime time) {
    time = std::clamp(time, kFirst, kLast);
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    return digits(static_cast<int>(date.year()), 4) + "-" +
           digits(static_cast<int>(static_cast<unsigned>(date.month())), 2) + "-" +
           digits(static_cast<int>(static_cast<unsigned>(date.day())), 2) + "T" +
           digits(static_cast<int>(clock.hours().count()), 2) + ":" +
           digits(static_cast<int>(clock.minutes().count()), 2) + ":" +
           digits(static_cast<int>(clock.seconds().count()), 2) + "Z";
}

std::optional<WallTime> parse_time(std::string_view text) {
    if (!has_form(text)) return std::nullopt;
    const year_month_day date(year(number(text, 0, 4)), month(positive(text, 5, 2)),
                              day(positive(text, 8, 2)));
    const int hour = number(text, 11, 2);
    const int minute = number(text, 14, 2);
    const int second = number(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

}  // namespace smarttls::engine
