// SPDX-License-Identifier: Apache-2.0
//
// Submission of mail of our own to the MTA on this machine. With the null sender it is never answered by another notice
// (RFC 5321 §4.5.5).
//
//     Result<std::string> reply = submit(endpoint, {"", "alice@org.example"}, content, deadline);
//
// Threads: any; blocks until the deadline. Errors: Permanent when the MTA refuses it for good (5xx),
// Temporary else; `what` has its answer.
#pragma once

#include <string>

#include "policy/config.h"
#include "policy/deadline.h"
#include "policy/result.h"

namespace smarttls::mta {

struct Envelope {
    std::string sender;  // empty: the null sender
    std::string recipient;
};

/// The MTA's last reply, with which it took the message over. `content`: RFC 5322, lines that end in
/// CRLF.
[[nodiscard]] policy::Result<std::string> submit(const policy::Endpoint& endpoint,
                                                 const Envelope& envelope,
                                                 const std::string& content,
                                                 policy::Deadline deadline);

}  // namespace smarttls::mta
