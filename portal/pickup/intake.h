// SPDX-License-Identifier: Apache-2.0
//
// Intake: takes over what the milter has sealed: learns of it from evidence.db, opens the envelope, and makes a pickup, with
// a link and a notice, for each recipient.
//
//     Intake intake(config, store);
//     Result<int> made = intake.round(now);          // some times a second
//
// Exactly once, whatever kills it at any moment: what was read, with the position in evidence.db, is one transaction, and
// the pickups of a message, with notices and events, another. A message that cannot be opened (a key is missing) is tried
// again each round and holds up no other.
// Ownership: borrows the store. Threads: one. Errors: those of the databases; of messages that cannot be opened the first.
#pragma once

#include "portal/pickup/notices.h"
#include "store/pickup/portal_store.h"
#include "store/sealing/envelope.h"

namespace smarttls::portal {

class Intake {
  public:
    Intake(const policy::Config& config, store::PortalStore& store)
        : config_(config), store_(store), notices_(config.portal, store.key()) {}

    /// How many pickups were made.
    [[nodiscard]] policy::Result<int> round(store::EvidenceTime now);

  private:
    [[nodiscard]] policy::Result<void> learn();
    [[nodiscard]] policy::Result<int> open(const store::MessageRow& message, store::EvidenceTime now);
    [[nodiscard]] policy::Result<int> make(store::PortalTables& tables, const store::MessageRow& message,
                                           const std::vector<store::PickupRow>& pickups, const std::string& access_code,
                                           store::EvidenceTime now) const;
    [[nodiscard]] policy::Result<void> announce(store::PortalTables& tables, store::PickupRow pickup,
                                                const std::string& access_code, store::EvidenceTime now) const;
    [[nodiscard]] policy::Result<bool> is_reachable(store::PortalTables& tables, const store::PickupRow& pickup,
                                                    const std::string& access_code) const;

    const policy::Config& config_;
    store::PortalStore& store_;
    const Notices notices_;
};

/// Messages that the milter has destroyed need not be spoken of any more.
[[nodiscard]] policy::Result<void> forget_destroyed(const policy::Config& config, store::PortalStore& store);

/// The value of a field in the header of a message, unfolded; empty when it is not in these bytes.
[[nodiscard]] std::string field_of(std::string_view header, std::string_view name);

}  // namespace smarttls::portal
