// SPDX-License-Identifier: Apache-2.0
//
// The non-delivery notice to a sender of whose recipients one was refused while the others were not, which SMTP
// cannot say at the end of a message: a multipart/report with a machine-readable part (RFC 3464, RFC 6522).
//
//     std::string content = non_delivery_notice(notice);
//
// Nothing of the message is in it but the names by which it is found again, Message-ID and Date: no
// Subject, no body. Lines end in CRLF, all bytes are ASCII, whatever the addresses hold.
// Threads: pure functions.
#pragma once

#include <string>

#include "milter/identity.h"
#include "policy/verdict.h"

namespace smarttls::milter {

struct NonDelivery {
    std::string id;                  // unique and fit for a Message-ID; the same for the same notice
    std::string reporting_mta;       // "gateway.org.example"
    std::string sender;              // to whom it goes
    std::string envelope_id;         // ENVID as written; may be empty
    policy::WallTime arrived{};
    std::string recipient;           // who was refused
    std::string original_recipient;  // ORCPT as written; may be empty
    std::string code;                // "550"
    std::string status;              // "5.7.4" (RFC 3463)
    std::string explanation;
};

/// `fields`: the header of the message.
[[nodiscard]] std::string non_delivery_notice(const NonDelivery& notice,
                                              const HeaderFields& fields);

}  // namespace smarttls::milter
