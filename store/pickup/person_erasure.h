// SPDX-License-Identifier: Apache-2.0
//
// PersonTable: what portal.db holds about one person as the recipient of messages: pickups, which end, mail about them that
// waits to be sent, devices, and his number; or about all recipients of one message. Address hashes go too; rows stay, since
// the evidence names pickups.
//
//     Result<PersonCount> gone = store->change([&](PortalTables& tables) { return tables.persons.erase({address, ""}); });
//
// As the sender he is named by pickups that others may still fetch, until these have ended; that goes by itself.
// Ownership: borrows database and key; made for one transaction. Threads: as Database. Errors: those of SQLite.
#pragma once

#include <string>
#include <vector>

#include "store/sealing/portal_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

/// One of the two.
struct Whom {
    std::string address;
    std::string queue_id;
};

struct PersonCount {
    std::int64_t pickups = 0;  // ended ones, too
    std::int64_t others = 0;   // devices and numbers
};

class PersonTable {
  public:
    PersonTable(Database& database, const PortalKey& key) : database_(database), key_(key) {}

    [[nodiscard]] Result<PersonCount> count(const Whom& whom);
    [[nodiscard]] Result<PersonCount> erase(const Whom& whom);

  private:
    [[nodiscard]] Result<std::vector<std::int64_t>> pickups_of(const Whom& whom);

    Database& database_;
    const PortalKey& key_;
};

}  // namespace smarttls::store
