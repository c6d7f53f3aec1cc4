// SPDX-License-Identifier: Apache-2.0
//
// Proof: what a message asks before class mail is accepted: would the MTA enforce every floor now?
// The canary (canary.h) gives the proof; tests have their own.
//
// Ownership: outlives every session. Threads: any, for all calls.
#pragma once

#include <string_view>

#include "policy/deadline.h"
#include "policy/result.h"

namespace smarttls::milter {

class Proof {
  public:
    Proof() = default;
    Proof(const Proof&) = delete;
    Proof& operator=(const Proof&) = delete;
    virtual ~Proof() = default;

    /// Success: class mail may be accepted. Errors: Misconfigured (which line is missing), Temporary.
    [[nodiscard]] virtual policy::Result<void> prove(policy::Deadline deadline) = 0;

    /// Whether the MTA delivers mail for the domain itself. For submissions of which the MTA tells no
    /// route (sendmail(1)); false in doubt.
    [[nodiscard]] virtual bool is_local(std::string_view domain) const = 0;

    /// The same for recipients that have a floor of their own (policy/recipient_tag.h); asked only for mail
    /// with an exception.
    [[nodiscard]] virtual policy::Result<void> prove_lower_floors() = 0;

    /// True for the proof's own sender, which nobody outside this process can guess.
    [[nodiscard]] virtual bool is_sender(std::string_view sender) const = 0;

    /// A session of ours reports what the MTA said at RCPT for a sender for which is_sender() holds.
    virtual void saw(std::string_view sender, std::string_view transport) = 0;
};

}  // namespace smarttls::milter
