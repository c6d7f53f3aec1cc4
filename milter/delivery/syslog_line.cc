// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/syslog_line.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

constexpr std::size_t kShortStamp = 15;  // "Nov 23 16:41:01", "Nov  3 16:41:01"

/// "message repeated 3 times: [ TEXT]" -> TEXT
std::string_view unwrap_repeated(std::string_view message) {
    constexpr std::string_view kBegin = "message repeated ";
    constexpr std::string_view kMiddle = " times: [ ";
    if (!message.starts_with(kBegin) || !message.ends_with(']')) return message;
    std::string_view rest = message.substr(kBegin.size());
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    rest.remove_prefix(digits);
    if (digits == 0 || !rest.starts_with(kMiddle)) return message;
    return rest.substr(kMiddle.size(), rest.size() - kMiddle.size() - 1);
}

/// The time stamp and the blank behind it are taken off the line.
std::string_view take_stamp(std::string_view& line) {
    const bool is_long = !line.empty() && policy::is_digit(line.front());
    const std::size_t size = is_long ? line.find(' ') : kShortStamp;
    if (size >= line.size() || line[size] != ' ') return {};
    const std::string_view stamp = line.substr(0, size);
    line.remove_prefix(size + 1);
    return stamp;
}

}  // namespace

std::optional<SyslogLine> parse_syslog_line(std::string_view line) {
    SyslogLine parts;
    parts.stamp = take_stamp(line);
    const std::size_t host_end = line.find(' ');
    if (parts.stamp.empty() || host_end == 0 || host_end == std::string_view::npos) return {};
    parts.host = line.substr(0, host_end);
    line.remove_prefix(host_end + 1);

    const std::size_t tag_end = line.find(": ");
    const std::string_view tag = line.substr(0, tag_end);
    const std::size_t bracket = tag.find('[');
    if (tag_end == std::string_view::npos || bracket == std::string_view::npos || bracket == 0 ||
        !tag.ends_with(']') || tag.find(' ') != std::string_view::npos) {
        return {};
    }
    parts.identifier = tag.substr(0, bracket);
    parts.pid = tag.substr(bracket + 1, tag.size() - bracket - 2);
    if (parts.pid.empty() || !std::all_of(parts.pid.begin(), parts.pid.end(), policy::is_digit)) {
        return {};
    }
    parts.message = unwrap_repeated(line.substr(tag_end + 2));
    return parts;
}

}  // namespace smarttls::milter
