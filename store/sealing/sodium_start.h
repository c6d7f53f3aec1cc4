// SPDX-License-Identifier: Apache-2.0
//
// start_sodium: what libsodium wants to have called before anything else; cheap when repeated.
//
// Threads: any. Errors: Bug (no source of randomness).
#pragma once

#include <sodium.h>

#include "policy/result.h"

namespace smarttls::store {

[[nodiscard]] inline policy::Result<void> start_sodium() {
    if (sodium_init() >= 0) return policy::ok();
    return policy::fail(policy::ErrorKind::Bug, "libsodium cannot start");
}

}  // namespace smarttls::store
