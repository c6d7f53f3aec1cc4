// SPDX-License-Identifier: Apache-2.0
//
// second_look: why the handshake of the floors fails with a server: one more polite session, which
// offers whatever OpenSSL still has, shows what the server would have agreed to.
//
//     if (facts.handshake_failed)
//         facts = co_await second_look(std::move(plan), tls, std::move(facts), deadline);
//
// It changes the reasons and nothing else: delivery offers what the floors offer, so the outcome
// stays SessionOutcome::NoTls. What the server showed is kept, marked TlsFacts::lax.
// Ownership: all arguments are the coroutine's own. Threads: the executor of the caller. Errors:
// never; a second session that finds out nothing leaves the first one's facts.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "smarttls/tls/session.h"

namespace smarttls::engine {

[[nodiscard]] boost::asio::awaitable<SessionFacts> second_look(SessionPlan plan, TlsContext tls,
                                                               SessionFacts first,
                                                               policy::Deadline deadline);

/// What of a laxer session `tls` does not offer: OldProtocol, WeakCipher, WeakGroup, WeakKey; empty
/// when the difference is elsewhere.
[[nodiscard]] std::vector<policy::Reason> beyond_offer(const TlsContext& tls,
                                                       const SessionFacts& lax);

}  // namespace smarttls::engine
