// SPDX-License-Identifier: Apache-2.0
//
// What an earlier attempt to submit the same message has led to. A client that got no answer, or 4xx,
// submits again; for whom a copy was sealed then, or the sender told, that stands: no second copy, no
// second notice, and nothing goes out directly beside them.
//
//     Result<Fates> fates = fates_of(store, identities);
//     settle(decisions, recipients, *fates);
//
// Threads: pure but for reading the store. Errors: those of the store.
#pragma once

#include <string>
#include <vector>

#include "policy/config.h"
#include "policy/decision.h"
#include "store/sealed_register.h"

namespace smarttls::milter {

using Fates = store::SealedRegister::Fates;

/// Without the copies that are not there any more: those have to be made again.
[[nodiscard]] policy::Result<Fates> fates_of(const policy::StoreSettings& store,
                                             const std::vector<std::string>& identities);

/// How many decisions it has settled.
int settle(std::vector<policy::RecipientDecision>& decisions,
           const std::vector<policy::Recipient>& recipients, const Fates& fates);

}  // namespace smarttls::milter
