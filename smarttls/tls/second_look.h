// SPDX-License-Identifier: Apache-2.0
//
// observe: what one address of a mail server shows, in one session or two. Where the handshake of
// the floors fails, a second look tells why: one more polite session, which offers whatever OpenSSL
// still has, shows what the server would have agreed to.
//
//     Observation seen = co_await observe(std::move(plan), tls, deadline);
//
// The second look changes the reasons and nothing else: delivery offers what the floors offer, so
// the outcome stays SessionOutcome::NoTls. What the server showed is kept for the reader, marked
// TlsFacts::lax, and not for judging (Observation::peer).
// Ownership: all arguments are the coroutine's own. Threads: the executor of the caller. Errors:
// never; a second session that finds out nothing leaves what the first one saw.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "smarttls/tls/session.h"

namespace smarttls::engine {

[[nodiscard]] boost::asio::awaitable<Observation> observe(SessionPlan plan, TlsContext tls,
                                                          policy::Deadline deadline);

/// What of a laxer session `tls` does not offer: OldProtocol, WeakCipher, WeakGroup, WeakKey; empty
/// when the difference is elsewhere.
[[nodiscard]] std::vector<policy::Reason> beyond_offer(const TlsContext& tls,
                                                       const Observation& lax);

}  // namespace smarttls::engine
