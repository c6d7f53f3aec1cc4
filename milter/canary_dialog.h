// SPDX-License-Identifier: Apache-2.0
//
// CanaryDialog: the canary's SMTP session with the MTA on this machine (RFC 5321): EHLO, then
// MAIL, RCPT, RSET for each floor. No message is ever begun: DATA is not in its vocabulary.
//
// Ownership: owns its connection. Threads: one thread. Errors: Temporary (no answer, 4xx),
// Misconfigured (5xx: the recipient is refused).
#pragma once

#include <string>
#include <string_view>

#include "smarttls/mta/smtp_connection.h"
#include "policy/config.h"
#include "policy/deadline.h"
#include "policy/result.h"

namespace smarttls::milter {

class CanaryDialog {
  public:
    [[nodiscard]] static policy::Result<CanaryDialog> open(const policy::Endpoint& endpoint,
                                                           policy::Deadline deadline);

    /// The name in the MTA's greeting: a sender domain that it will not refuse.
    [[nodiscard]] const std::string& server_name() const { return server_name_; }

    policy::Result<void> transaction(const std::string& sender, const std::string& recipient,
                                     policy::Deadline deadline);
    void quit(policy::Deadline deadline);

  private:
    explicit CanaryDialog(mta::SmtpConnection smtp) : smtp_(std::move(smtp)) {}
    policy::Result<void> greet(policy::Deadline deadline);
    policy::Result<std::string> command(const std::string& line, policy::Deadline deadline);
    static policy::Result<std::string> accepted(policy::Result<mta::SmtpReply> reply);

    mta::SmtpConnection smtp_;
    std::string server_name_ = "localhost";
};

}  // namespace smarttls::milter
