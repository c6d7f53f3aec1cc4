// SPDX-License-Identifier: Apache-2.0
//
// PhoneTable: recipients' numbers that the administrator has given. Found by the keyed hash of the address, whatever the case
// of its letters.
//
// Ownership: borrows database and key; made for one transaction. Threads: as Database. Errors: those of SQLite; Corrupt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sealing/portal_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct PhoneRow {
    std::string address;
    std::string number;  // E.164
};

class PhoneTable {
  public:
    PhoneTable(Database& database, const PortalKey& key) : database_(database), key_(key) {}

    Result<void> set(const PhoneRow& phone);
    /// False: there was none.
    [[nodiscard]] Result<bool> remove(const std::string& address);
    /// Empty: none is known.
    [[nodiscard]] Result<std::string> find(const std::string& address);
    [[nodiscard]] Result<std::vector<PhoneRow>> all();

  private:
    [[nodiscard]] SecretHash hash_of(const std::string& address) const;

    Database& database_;
    const PortalKey& key_;
};

}  // namespace smarttls::store
