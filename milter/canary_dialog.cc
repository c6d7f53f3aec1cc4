// SPDX-License-Identifier: Apache-2.0
#include "milter/canary_dialog.h"

#include <utility>

#include "policy/text.h"

namespace smarttls::milter {

using policy::Deadline;
using policy::ErrorKind;
using policy::Result;

Result<CanaryDialog> CanaryDialog::open(const policy::Endpoint& endpoint, Deadline deadline) {
    auto smtp = mta::SmtpConnection::open(endpoint, deadline);
    if (!smtp) return tl::unexpected(smtp.error());
    CanaryDialog dialog(*std::move(smtp));
    if (auto greeted = dialog.greet(deadline); !greeted) return tl::unexpected(greeted.error());
    return dialog;
}

Result<void> CanaryDialog::greet(Deadline deadline) {
    auto banner = accepted(smtp_.read_reply(deadline));
    if (!banner) return because(banner, "greeting");
    const auto words = policy::split(*banner, ' ');
    if (words.size() > 1) {
        if (auto name = policy::DomainName::parse(words[1])) server_name_ = name->str();
    }
    // An address literal: a name of ours might be refused by smtpd_helo_restrictions.
    if (auto helo = command("EHLO [127.0.0.1]", deadline); !helo) return because(helo, "EHLO");
    return policy::ok();
}

Result<void> CanaryDialog::transaction(const std::string& sender, const std::string& recipient,
                                       Deadline deadline) {
    if (auto mail = command("MAIL FROM:<" + sender + ">", deadline); !mail) {
        return because(mail, "MAIL FROM");
    }
    auto rcpt = command("RCPT TO:<" + recipient + ">", deadline);
    if (auto reset = command("RSET", deadline); !reset) return because(reset, "RSET");
    if (!rcpt) return because(rcpt, "RCPT TO:<" + recipient + "> (canary-recipient)");
    return policy::ok();
}

void CanaryDialog::quit(Deadline deadline) {
    // The proof is complete; how the MTA says goodbye changes nothing.
    [[maybe_unused]] const auto goodbye = command("QUIT", deadline);
}

/// The first line of a 2xx reply; other replies are errors.
Result<std::string> CanaryDialog::accepted(Result<mta::SmtpReply> reply) {
    if (!reply) return tl::unexpected(reply.error());
    if (reply->kind() == '2') return std::move(reply->first);
    const ErrorKind kind = reply->kind() == '5' ? ErrorKind::Misconfigured : ErrorKind::Temporary;
    return policy::fail(kind, "was answered with " + policy::quote(reply->first));
}

Result<std::string> CanaryDialog::command(const std::string& line, Deadline deadline) {
    return accepted(smtp_.command(line, deadline));
}

}  // namespace smarttls::milter
