// SPDX-License-Identifier: Apache-2.0
//
// One line of a mail log, cut into its parts: what rsyslog, syslog-ng and Postfix's postlogd write
// (RFC 3164 §4.1 time stamps, or those of RFC 3339).
//
//     parse_syslog_line("Nov 23 16:41:01 gw postfix/smtp[185]: CA0BEB820C9: to=<a@b>, ...")
//     {stamp "Nov 23 16:41:01", host "gw", identifier "postfix/smtp", pid "185", message "CA0B..."}
//
// rsyslog's "message repeated 3 times: [ ... ]" is unwrapped: what stands in it was said.
// Ownership: the parts borrow the line. Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace smarttls::milter {

struct SyslogLine {
    std::string_view stamp;
    std::string_view host;
    std::string_view identifier;  // "postfix/smarttls-dane/smtp", "sm-mta"
    std::string_view pid;         // digits
    std::string_view message;
};

/// `line` without its end of line. Nothing for lines of another form: those without a pid are of no MTA.
[[nodiscard]] std::optional<SyslogLine> parse_syslog_line(std::string_view line);

}  // namespace smarttls::milter
