// SPDX-License-Identifier: Apache-2.0
//
// SessionFigures: how the sessions of a SessionScheduler have ended since its start, for metrics.
//
// Threads: one thread. Errors: none.
#pragma once

#include <cstdint>

#include "smarttls/tls/session.h"

namespace smarttls::engine {

struct SessionFigures {
    std::uint64_t not_connected = 0;
    std::uint64_t unencrypted = 0;  // whatever the reason: no STARTTLS, no handshake, a hang-up
    std::uint64_t encrypted = 0;
    std::uint64_t back_offs = 0;    // a server said "not now"

    void note(const Observation& ended) {
        if (!ended.connected) {
            ++not_connected;
        } else {
            ++(ended.outcome == SessionOutcome::Tls ? encrypted : unencrypted);
        }
    }
};

}  // namespace smarttls::engine
