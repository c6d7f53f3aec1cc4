// SPDX-License-Identifier: Apache-2.0
//
// Dialog: our side of an SMTP session as far as a probe goes, in strict lock-step: banner, EHLO,
// STARTTLS, QUIT (RFC 5321 §3.1, §3.2; RFC 3207 §4). It never sends MAIL.
//
//     Dialog dialog(tcp, limits);
//     Step step = co_await dialog.banner(deadline);
//     if (!step) step = co_await dialog.hello(helo_name, deadline);
//     if (!step) step = co_await dialog.starttls(deadline);      // nothing: begin the handshake
//
// After the handshake a new Dialog is made on the TLS transport: what the server said in clear is
// forgotten (RFC 3207 §4.2).
// Ownership: borrows the transport. Threads: one thread. Errors: Step, with the finding or the
// reason why there is none.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "smarttls/smtp/outcome.h"
#include "smarttls/smtp/reply.h"
#include "smarttls/smtp/transport.h"

namespace smarttls::engine {

class Dialog {
  public:
    Dialog(Transport& transport, SmtpLimits limits) : transport_(transport), limits_(limits) {}

    boost::asio::awaitable<Step> banner(policy::Deadline deadline);

    /// EHLO; remembers whether STARTTLS is offered.
    boost::asio::awaitable<Step> hello(std::string helo_name, policy::Deadline deadline);

    /// STARTTLS, if the server offered it.
    boost::asio::awaitable<Step> starttls(policy::Deadline deadline);

    /// QUIT; whatever comes back, the session is over.
    boost::asio::awaitable<void> quit(policy::Deadline deadline);

  private:
    boost::asio::awaitable<Step> command(std::string line, policy::Deadline deadline);
    boost::asio::awaitable<Step> read_reply(std::chrono::milliseconds limit,
                                            policy::Deadline deadline);
    [[nodiscard]] static policy::Deadline within(std::chrono::milliseconds limit,
                                                 policy::Deadline deadline);

    Transport& transport_;
    SmtpLimits limits_;
    std::string received_;  // bytes that belong to no reply yet
    SmtpReply reply_;       // the last one
    bool offers_starttls_ = false;
};

/// Why no bytes came, as a setback of the session.
[[nodiscard]] Setback setback_of(IoStatus status);

}  // namespace smarttls::engine
