// SPDX-License-Identifier: Apache-2.0
//
// What is kept and told of exceptions: the evidence of each turn in the life of one, with the mail about it to
// the security contact, and the mail about each use. Both go into the outbox with the evidence that they
// tell of, so that neither is there without the other, and each mail once.
//
//     EvidenceRecord record = exception_record(kExceptionCreation, exception, {contact, now, who, version});
//     registration.notices.push_back(use_report(exception, use, id, contact, now));
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "policy/exception.h"
#include "store/evidence.h"

namespace smarttls::store {

/// Who made the turn, when, and who is told of it.
struct ExceptionTurn {
    std::string contact;  // empty: nobody is told
    EvidenceTime time{};
    std::string who;
    std::string config_version;
};

/// `exception` as it is after the turn.
[[nodiscard]] EvidenceRecord exception_record(std::string_view event, const policy::Exception& exception,
                                              const ExceptionTurn& turn);

/// One recipient of a message who was let through.
struct ExceptionUse {
    std::string queue_id;
    std::string sender;
    std::string recipient;
    std::string class_name;
    std::string explanation;
};

/// `id`: unique and fit for a Message-ID; the same for the same use.
[[nodiscard]] Notice use_report(const policy::Exception& exception, const ExceptionUse& use,
                                const std::string& id, const std::string& contact, EvidenceTime time);

/// "exception 3 used for bob@example.nl": no mail address, and so no recipient's.
[[nodiscard]] std::string about_use(const policy::Exception& exception, std::string_view recipient);

/// "2026-12-01 10:00:00 UTC"
[[nodiscard]] std::string utc_text(policy::WallTime time);

}  // namespace smarttls::store
