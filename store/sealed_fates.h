// SPDX-License-Identifier: Apache-2.0
//
// SealedFates: what the milter has to know of the messages that it has sealed: whether one is known, and what an earlier
// attempt to submit the same message has led to. It needs no private key.
//
//     Result<SealedFates> seals = SealedFates::open(path);
//     Result<SealedFates::Fates> known = seals->fates_of(identity);
//
// Ownership: owns a read-only connection. Threads: one thread at a time. Errors: those of SQLite.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "store/sealing/address_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

/// What an earlier attempt to submit a message led to for one of its recipients.
struct Fate {
    std::string outcome;  // "portal", "hold", "released", "reject"
    std::string sealed;   // id of the copy; empty for "reject", of which the sender was told
};

class SealedFates {
  public:
    [[nodiscard]] static Result<SealedFates> open(const std::string& path);

    using Fates = std::map<AddressHash, Fate>;  // by AddressKey::exact()
    [[nodiscard]] Result<Fates> fates_of(const std::string& identity);
    [[nodiscard]] Result<bool> knows(const std::string& id);

  private:
    explicit SealedFates(Database database) : database_(std::move(database)) {}

    Database database_;
    std::optional<Statement> fates_;  // prepared once; goes before its database
};

}  // namespace smarttls::store
