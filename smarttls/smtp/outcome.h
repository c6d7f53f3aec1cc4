// SPDX-License-Identifier: Apache-2.0
//
// What became of an SMTP session as far as TLS is concerned. The three outcomes are never mixed:
// NoTls is a finding about the server, Unknown says that we could not find out (design §2.3).
//
// Threads: plain values.
#pragma once

#include <chrono>
#include <optional>

#include "policy/verdict.h"

namespace smarttls::engine {

enum class SessionOutcome {
    Tls,      // the handshake is complete and the server spoke SMTP under it
    NoTls,    // the server does not offer TLS, refuses it for good, or cannot do it
    Unknown,  // nobody answered, or not now
};

/// Why a session ended early.
struct Setback {
    SessionOutcome outcome = SessionOutcome::Unknown;
    policy::Reason reason = policy::Reason::ProtocolError;
};

/// One step of a session: nothing means "go on".
using Step = std::optional<Setback>;

[[nodiscard]] constexpr Setback unknown_because(policy::Reason reason) {
    return {SessionOutcome::Unknown, reason};
}
[[nodiscard]] constexpr Setback no_tls_because(policy::Reason reason) {
    return {SessionOutcome::NoTls, reason};
}

/// How long each step may take; the deadline of the probe bounds their sum. RFC 5321 §4.5.3.2 gives
/// a mailer minutes for each. The banner gets more than the others because postscreen and its likes
/// greet late on purpose (greet delay, pregreet traps).
struct SmtpLimits {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds banner{45'000};
    std::chrono::milliseconds reply{30'000};
    std::chrono::milliseconds handshake{30'000};
    std::chrono::milliseconds farewell{2'000};  // QUIT and close_notify: politeness must not cost
};

}  // namespace smarttls::engine
