// SPDX-License-Identifier: Apache-2.0
//
// Submission of mail of our own to the MTA on this machine, with the null sender: it is never answered
// by another notice (RFC 5321 §4.5.5).
//
//     Result<std::string> reply = submit(endpoint, recipient, content, deadline);
//
// Threads: any; blocks until the deadline. Errors: Permanent when the MTA refuses it for good (5xx),
// Temporary else; `what` has its answer.
#pragma once

#include <string>

#include "policy/config.h"
#include "policy/deadline.h"
#include "policy/result.h"

namespace smarttls::milter {

/// The MTA's last reply, with which it took the message over. `content`: RFC 5322, lines that end in
/// CRLF.
[[nodiscard]] policy::Result<std::string> submit(const policy::Endpoint& endpoint,
                                                 const std::string& recipient,
                                                 const std::string& content,
                                                 policy::Deadline deadline);

}  // namespace smarttls::milter
