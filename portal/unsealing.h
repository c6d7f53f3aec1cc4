// SPDX-License-Identifier: Apache-2.0
//
// Opens a sealed message with the private key of its month.
//
//     Result<store::SealedEnvelope> envelope = unseal_message(config, message, sink);
//
//     Result<store::Unsealer> unsealer = open_sealed(config, message);    // the same, chunk by chunk
//
// Threads: one. Errors: those of the key, the store and the sink; Permanent when its key was destroyed.
// That nothing is missing is known only when it succeeds.
#pragma once

#include "policy/config.h"
#include "store/pickup/pickup_table.h"
#include "store/sealed_register.h"
#include "store/sealing/envelope.h"
#include "store/sealing/sealed_message.h"
#include "store/sealing/unsealer.h"

namespace smarttls::portal {

[[nodiscard]] policy::Result<store::SealedEnvelope> unseal_message(
    const policy::Config& config, const store::SealedMessage& message,
    const store::UnsealedSink& sink);

[[nodiscard]] policy::Result<store::Unsealer> open_sealed(const policy::Config& config, const store::SealedMessage& message);

/// What is needed to open it.
[[nodiscard]] store::SealedMessage sealed_of(const store::MessageRow& message);

}  // namespace smarttls::portal
