// SPDX-License-Identifier: Apache-2.0
//
// The identity of a message: the same for each attempt to submit it, so that a retry after a crash or
// a timeout finds what the first attempt has done.
//
//     std::vector<std::string> known_as = identities_of(message, now);   // the first one is its own
//
// It is made of sender, header and content. What Postfix adds where it is missing (Message-Id, which
// holds the queue id, and Date) differs with each attempt and does not count. Two messages
// that a client gave no Message-Id of its own may be equal and still be two: then an attempt is the same
// message only within some hours, as long as RFC 5321 §4.5.4.1 lets a client wait between attempts.
// Threads: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policy/verdict.h"

namespace smarttls::milter {

/// Header fields in their order, names and values as libmilter gives them.
using HeaderFields = std::vector<std::pair<std::string, std::string>>;

struct SubmittedMessage {
    std::string sender;
    const HeaderFields& fields;
    std::string content_sha256;
    std::string queue_id;
};

/// 64 hex digits each; under which of them an earlier attempt may be known.
[[nodiscard]] std::vector<std::string> identities_of(const SubmittedMessage& message,
                                                     policy::WallTime now);

}  // namespace smarttls::milter
