// SPDX-License-Identifier: Apache-2.0
//
// Whether a delivery kept to what was decided for its recipient, and as which event it is kept.
//
//     Judgement judgement = judge(delivery, floor, config.milter.trusted_routes);  // floor: from the evidence
//     if (judgement.is_weaker) alarm(judgement.reason);
//
// Only `sent` can be too weak: a connection of which Postfix thought too little to send by it is logged as well. What
// Postfix calls Verified met the policy of its transport, so the floors above `encrypted` need Verified: Trusted means that
// the name was not checked. Which policy it was, Postfix 3.7 does not log, but each floor has a transport of its own whose
// name stands in the identifier; of another transport Verified counts as `pkix`, unless 3.11's tls= says more.
// Sendmail has no floor transports: TRUSTED is DANE, OK (logged as Trusted) is a chain, which its tls_rcpt rule set compares.
//
// A route of the site's own that is listed as trusted may carry the mail unenforced (design: trusted-route); so may
// local delivery. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/delivery/delivery.h"
#include "policy/config.h"
#include "store/evidence.h"

namespace smarttls::milter {

struct Judgement {
    std::string_view event;   // of store/evidence.h; empty: nothing to keep (the queue is done with the message)
    bool is_weaker = false;   // delivered with less than was decided
    std::string reason;       // a sentence; empty when it is sent and fine
    std::string_view code;    // of EventReasons on failures and deferrals: "bounced", "starttls-not-supported"
};

/// `decided`: the floor of the delivery's queue id and recipient; nothing for mail that is not ours. `trusted`: as the
/// configuration has them.
[[nodiscard]] Judgement judge(const Delivery& delivery, std::optional<policy::Floor> decided,
                              const std::vector<policy::TrustedRoute>& trusted);

}  // namespace smarttls::milter
