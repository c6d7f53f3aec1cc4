// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/log_clock.h"

#include <time.h>

#include <array>
#include <charconv>

namespace smarttls::milter {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::year_month_day;
using std::chrono_literals::operator""min;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// The number that is the whole text, when it is in the range.
std::optional<int> number(std::string_view text, int least, int most) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && value >= least && value <= most ? std::optional(value) : std::nullopt;
}

/// "16:41:01" as seconds of the day.
std::optional<seconds> time_of_day(std::string_view text) {
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return {};
    const auto hour = number(text.substr(0, 2), 0, 23);
    const auto minute = number(text.substr(3, 2), 0, 59);
    const auto second = number(text.substr(6, 2), 0, 60);
    if (!hour || !minute || !second) return {};
    return seconds((*hour * 60 + *minute) * 60 + *second);
}

/// "Z", "+01:00": what is to be subtracted.
std::optional<std::chrono::minutes> zone_offset(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes(0);
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
    const auto hour = number(text.substr(1, 2), 0, 23);
    const auto minute = number(text.substr(4, 2), 0, 59);
    if (!hour || !minute) return {};
    const std::chrono::minutes offset(*hour * 60 + *minute);
    return text[0] == '-' ? -offset : offset;
}

/// The first three digits of ".123456", taken off the text; 0 when there are none.
milliseconds take_fraction(std::string_view& text) {
    if (!text.starts_with('.')) return milliseconds(0);
    text.remove_prefix(1);
    int value = 0;
    int scale = 100;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        value += (text.front() - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
    }
    return milliseconds(value);
}

/// RFC 3339 §5.6: 2026-11-23T16:41:01.123456+01:00
std::optional<LogTime> read_rfc3339(std::string_view stamp) {
    constexpr std::size_t kSeconds = 19;
    if (stamp.size() <= kSeconds || stamp[4] != '-' || stamp[7] != '-' || stamp[10] != 'T') return {};
    const auto y = number(stamp.substr(0, 4), 1970, 9999);
    const auto m = number(stamp.substr(5, 2), 1, 12);
    const auto d = number(stamp.substr(8, 2), 1, 31);
    const auto time = time_of_day(stamp.substr(11, 8));
    std::string_view rest = stamp.substr(kSeconds);
    const milliseconds fraction = take_fraction(rest);
    const auto offset = zone_offset(rest);
    if (!y || !m || !d || !time || !offset) return {};
    const year_month_day date{year(*y), std::chrono::month(static_cast<unsigned>(*m)),
                              std::chrono::day(static_cast<unsigned>(*d))};
    if (!date.ok()) return {};
    return std::chrono::sys_days(date) + *time + fraction - *offset;
}

struct LocalStamp {
    int month;  // 0..11
    int day;
    seconds time;
};

/// "Nov 23 16:41:01", "Nov  3 16:41:01"
std::optional<LocalStamp> split_short(std::string_view stamp) {
    if (stamp.size() != 15 || stamp[3] != ' ' || stamp[6] != ' ') return {};
    int month = 0;
    while (month < 12 && kMonths[static_cast<std::size_t>(month)] != stamp.substr(0, 3)) ++month;
    const bool one_digit = stamp[4] == ' ';
    const auto day = number(stamp.substr(one_digit ? 5 : 4, one_digit ? 1 : 2), 1, 31);
    const auto time = time_of_day(stamp.substr(7));
    if (month == 12 || !day || !time) return {};
    return LocalStamp{month, *day, *time};
}

/// Local time as the C library knows the zone. `summer` as tm_isdst: 1 or 0 (nothing when the zone was not
/// so then), or -1 for "find out". Nothing for a date that the year does not have (29 February).
std::optional<LogTime> in_year(const LocalStamp& stamp, int y, int summer) {
    tm broken{};
    broken.tm_year = y - 1900;
    broken.tm_mon = stamp.month;
    broken.tm_mday = stamp.day;
    const std::chrono::hh_mm_ss time(stamp.time);
    broken.tm_hour = static_cast<int>(time.hours().count());  // glibc takes 3600 seconds for time that passes
    broken.tm_min = static_cast<int>(time.minutes().count());
    broken.tm_sec = static_cast<int>(time.seconds().count());
    broken.tm_isdst = summer;
    const time_t when = ::mktime(&broken);
    if (when == -1 || broken.tm_mon != stamp.month) return {};
    const seconds clock_says((broken.tm_hour * 60 + broken.tm_min) * 60 + broken.tm_sec);
    if (summer >= 0 && ((broken.tm_isdst > 0) != (summer > 0) || clock_says != stamp.time)) return {};
    return LogTime(seconds(when));
}

/// The one of two possible times that goes on from `before`: lines are at most some minutes out of order.
std::optional<LogTime> in_year(const LocalStamp& stamp, int y, std::optional<LogTime> before) {
    const auto summer = in_year(stamp, y, 1);
    const auto winter = in_year(stamp, y, 0);
    if (summer && winter && *winter > *summer) return before && *before > *summer + 10min ? winter : summer;
    return in_year(stamp, y, -1);
}

}  // namespace

std::optional<LogTime> LogClock::read_short(std::string_view stamp, LogTime latest) const {
    const auto local = split_short(stamp);
    if (!local) return {};
    const LogTime bound = latest + days(1);
    const int newest = static_cast<int>(year_month_day(floor<days>(bound)).year());
    constexpr int kLeapYears = 8;  // 29 February may be eight years apart (1896, 1904; 2096, 2104)
    for (int y = newest + 1; y >= newest - kLeapYears; --y) {  // + 1: New Year comes earlier in the east
        const auto time = in_year(*local, y, before_);
        if (time && *time <= bound) return time;
    }
    return {};
}

std::optional<LogTime> LogClock::read(std::string_view stamp, LogTime latest) {
    if (!stamp.empty() && stamp.front() >= '0' && stamp.front() <= '9') return read_rfc3339(stamp);
    const auto day = floor<days>(latest);
    if (stamp == stamp_ && day == latest_day_) return time_;
    if (time_) before_ = time_;
    time_ = read_short(stamp, latest);
    stamp_ = stamp;
    latest_day_ = day;
    return time_;
}

}  // namespace smarttls::milter
