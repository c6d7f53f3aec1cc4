// SPDX-License-Identifier: Apache-2.0
//
// SmtpConnection: commands and replies with the MTA on this machine (RFC 5321 §4.2). What is said is
// the business of the milter's canary and of submit() (submission.h).
//
//     Result<SmtpConnection> smtp = SmtpConnection::open(endpoint, deadline);
//     Result<SmtpReply> reply = smtp->command("EHLO [127.0.0.1]", deadline);
//
// Ownership: owns its socket. Threads: one thread. Errors: Temporary (no answer in time, none that is
// SMTP); a reply of whatever code is none.
#pragma once

#include <string>
#include <string_view>

#include "policy/config.h"
#include "policy/deadline.h"
#include "policy/result.h"

namespace smarttls::mta {

struct SmtpReply {
    std::string first;  // line
    std::string last;   // line
    /// '2', '3', '4' or '5', or what stands there instead.
    [[nodiscard]] char kind() const { return last.front(); }
};

class SmtpConnection {
  public:
    [[nodiscard]] static policy::Result<SmtpConnection> open(const policy::Endpoint& endpoint,
                                                             policy::Deadline deadline);
    ~SmtpConnection();
    SmtpConnection(SmtpConnection&& other) noexcept;
    SmtpConnection& operator=(SmtpConnection&&) = delete;

    [[nodiscard]] policy::Result<SmtpReply> read_reply(policy::Deadline deadline);
    [[nodiscard]] policy::Result<SmtpReply> command(std::string_view line, policy::Deadline deadline);
    /// As it is.
    policy::Result<void> write(std::string_view text, policy::Deadline deadline);

  private:
    explicit SmtpConnection(int socket) : socket_(socket) {}
    policy::Result<std::string> read_line(policy::Deadline deadline);

    int socket_;
    std::string buffer_;
};

}  // namespace smarttls::mta
