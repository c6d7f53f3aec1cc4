// SPDX-License-Identifier: Apache-2.0
//
// What an earlier attempt to submit the same message has led to. A client that got no answer, or 4xx,
// submits again; for whom a copy was sealed then, or the sender told, that stands: no second copy, no
// second notice, and nothing goes out directly beside them.
//
//     EarlierAttempts earlier;
//     Result<Fates> fates = earlier.fates_of(store, identities);
//     settle(decisions, recipients, *fates, addresses);
//
// Ownership: connections to the store (reader_pool.h).
// Threads: any. Errors: those of the store.
#pragma once

#include <string>
#include <vector>

#include "milter/reader_pool.h"
#include "policy/config.h"
#include "policy/decision.h"
#include "store/sealed_fates.h"

namespace smarttls::milter {

using Fates = store::SealedFates::Fates;

class EarlierAttempts {
  public:
    /// Without the copies that are not there any more: those have to be made again.
    [[nodiscard]] policy::Result<Fates> fates_of(const policy::StoreSettings& store,
                                                 const std::vector<std::string>& identities);
    /// Closes what is idle. For when the store fails: an administrator may have to unmount it.
    void close() { readers_.close(); }

  private:
    ReaderPool<store::SealedFates> readers_;
};

/// How many decisions it has settled.
int settle(std::vector<policy::RecipientDecision>& decisions,
           const std::vector<policy::Recipient>& recipients, const Fates& fates,
           const store::AddressKey& addresses);

}  // namespace smarttls::milter
