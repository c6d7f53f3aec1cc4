// SPDX-License-Identifier: Apache-2.0
//
// Excepting: what exceptions (policy/exception.h) do to one message: who is let through, under which
// floor each of these leaves, and what the security contact is told.
//
//     auto in_force = standing.in_force(config.store.evidence);
//     RecipientDecision one = decide_excepting(mail_class, recipient, *in_force, now);
//     report_uses(record, parted, *in_force, ...);       // before it is appended
//     changes.replace_recipients(lowered(parted), actions);
//
// Threads: one callback at a time; StandingExceptions: any. Errors: those of the store; the message must then not be accepted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milter/keeping.h"
#include "milter/reader_pool.h"
#include "policy/exception.h"
#include "store/evidence.h"
#include "store/exceptions.h"

namespace smarttls::milter {

using Exceptions = std::vector<policy::Exception>;

/// Asks the store each time: who revokes an exception has its end in force with the next message.
class StandingExceptions {
  public:
    /// `path`: of the evidence database.
    [[nodiscard]] policy::Result<Exceptions> in_force(const std::string& path);
    /// Closes what is idle. For when the store fails: an administrator may have to unmount it.
    void close() { readers_.close(); }

  private:
    ReaderPool<store::Exceptions> readers_;
};

/// As decide(), but for a lower floor that this address cannot carry (policy/recipient_tag.h).
[[nodiscard]] policy::RecipientDecision decide_excepting(const policy::MailClass& mail_class,
                                                         const policy::Recipient& recipient,
                                                         const Exceptions& exceptions,
                                                         policy::WallTime now);

/// Somebody leaves under another floor than the message.
[[nodiscard]] bool lowers_a_floor(const std::vector<policy::RecipientDecision>& decisions);

/// Of those; nothing where there are none.
[[nodiscard]] std::optional<policy::Floor> lowest_floor(
    const std::vector<policy::RecipientDecision>& decisions);

/// Adds to `record` a mail to `contact` for each recipient that an exception let through. A second
/// attempt at the message, which has the same `identity`, makes no second one.
void report_uses(store::EvidenceRecord& record, const PartedMessage& message, const Exceptions& exceptions,
                 const std::string& identity, const std::string& contact);

/// The recipients who get a floor of their own, each with what it becomes.
[[nodiscard]] std::vector<Replacement> lowered(const PartedMessage& message);

}  // namespace smarttls::milter
