// SPDX-License-Identifier: Apache-2.0
//
// Reads what Sendmail 8 logs (LogLevel 9, its default, or more): one line per attempt, with all recipients that share
// its outcome, and "STARTTLS=client" for each TLS connection. Formats: logdelivery() and tlslogerr() in sendmail/.
//
//     s1H8: to=<a@b.example>,<c@b.example>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30020,
//         relay=mx.b.example. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)
//
// stat= is the last attribute and may say what the server wrote; the first one counts. verify=OK means a chain to
// a trusted root, as Postfix's Trusted; verify=TRUSTED (DANE) is Verified.
// Threads: pure functions. Errors: the fact Unreadable.
#pragma once

#include <string_view>

#include "milter/delivery/log_fact.h"

namespace smarttls::milter {

[[nodiscard]] LogFact parse_sendmail_line(std::string_view message);

/// The host of a relay, as "STARTTLS=client" names it: "mx.b.example" of "mx.b.example. [192.0.2.1]".
[[nodiscard]] std::string_view sendmail_host(std::string_view relay);

}  // namespace smarttls::milter
