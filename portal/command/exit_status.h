// SPDX-License-Identifier: Apache-2.0
//
// The exit status of every verb of the command (design §10; numbers from 64 on are sysexits.h).
// Threads: constants.
#pragma once

#include "policy/result.h"

namespace smarttls::portal {

inline constexpr int kExitYes = 0;
inline constexpr int kExitNo = 1;  // answered "no", nothing found
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnavailable = 69;
inline constexpr int kExitTemporary = 75;  // unknown: ask again later
inline constexpr int kExitConfig = 78;

/// Of an error that left a verb without an answer.
[[nodiscard]] constexpr int exit_status(policy::ErrorKind kind) {
    switch (kind) {
        case policy::ErrorKind::Malformed:
            return kExitUsage;
        case policy::ErrorKind::Misconfigured:
            return kExitConfig;
        default:
            return kExitUnavailable;
    }
}

}  // namespace smarttls::portal
