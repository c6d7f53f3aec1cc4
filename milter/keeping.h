// SPDX-License-Identifier: Apache-2.0
//
// Keeping: what has to be on disk before recipients leave a message: the sealed copy of those who pick
// it up or wait for a person, and the notices about those who were refused.
//
//     Result<std::optional<store::Registration>> kept = keep(parted, copy, identity);
//
// What an earlier attempt has settled is not kept again. Nothing to keep: no registration.
// Threads: one callback at a time. Errors: those of the sealed copy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "milter/message_changes.h"
#include "milter/sealed_copy.h"
#include "policy/parting.h"
#include "policy/pickup_access.h"
#include "store/evidence.h"

namespace smarttls::milter {

/// A recipient as the client named it.
struct EnvelopeRecipient {
    std::string path;      // to the byte: "<bob@example.nl>"
    std::string original;  // ORCPT as written (RFC 3461 §4.2)
    bool wants_notice = true;
    std::string notify = {};   // NOTIFY as written (RFC 3461 §4.1)
};

/// A message whose recipients have been decided upon. All vectors have one entry for each of them.
struct PartedMessage {
    const policy::MailClass& mail_class;
    std::string queue_id;
    std::string mta;  // its name
    EnvelopeSender sender;
    const HeaderFields& fields;
    const std::vector<EnvelopeRecipient>& envelope;
    const std::vector<policy::Recipient>& recipients;
    const std::vector<policy::RecipientDecision>& decisions;
    const policy::MessageDecision& whole;
    const policy::PickupKeys& keys;
};

[[nodiscard]] policy::Result<std::optional<store::Registration>> keep(
    const PartedMessage& message, std::optional<SealedCopy>& copy, const std::string& identity,
    policy::WallTime now);

/// Unique and fit for a Message-ID; the same for the same `about` of the same message.
[[nodiscard]] std::string notice_id(const std::string& identity, const std::string& about);

/// The paths of those who leave the message.
[[nodiscard]] std::vector<std::string> leaving(const PartedMessage& message);

}  // namespace smarttls::milter
