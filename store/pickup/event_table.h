// SPDX-License-Identifier: Apache-2.0
//
// EventTable: what happened to pickups and is not in the portal's evidence yet. An event is put in by the transaction that
// makes it happen, so neither is there without the other; EventRelay (portal/pickup/event_relay.h) brings it away.
//
// Ownership: borrows database and key; made for one transaction. Threads: as Database. Errors: those of SQLite; Corrupt.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/evidence.h"
#include "store/sealing/portal_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct StoredEvent {
    std::int64_t id = 0;
    EvidenceRecord record;  // event, time, class, queue id, sender, client, outcome, note, and one recipient's address,
                            // domain, outcome and explanation
};

class EventTable {
  public:
    EventTable(Database& database, const PortalKey& key) : database_(database), key_(key) {}

    Result<void> add(const EvidenceRecord& record);
    [[nodiscard]] Result<std::vector<StoredEvent>> oldest(std::size_t limit);
    Result<void> remove_through(std::int64_t id);

  private:
    Database& database_;
    const PortalKey& key_;
};

}  // namespace smarttls::store
