// SPDX-License-Identifier: Apache-2.0
//
// Reads what Postfix 3.4 to 3.11 logs: attempts of its delivery agents, TLS lines of smtp(8) (smtp_tls_loglevel = 1),
// the ends of messages. Formats: log_adhoc(3), tls_log_summary() in src/tls/tls_misc.c.
//
//     LogFact fact = parse_postfix_line("postfix/smtp", "CA0BEB820C9: to=<a@b.example>, relay=...");
//
// What a server replied stands in parentheses at the end and may say anything: "status=sent", another queue
// id, more parentheses. So attributes are read from the front only, each where log_adhoc(3) puts it, and nothing
// is searched for. A local part that needs quotes has them (info_log_addr_form = external, the default since 3.5);
// a blank or comma that is not quoted makes the line Unreadable rather than guessed at.
// Threads: pure functions. Errors: the fact Unreadable.
#pragma once

#include <string_view>

#include "milter/delivery/log_fact.h"

namespace smarttls::milter {

[[nodiscard]] LogFact parse_postfix_line(std::string_view identifier, std::string_view message);

}  // namespace smarttls::milter
