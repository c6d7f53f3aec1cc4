// SPDX-License-Identifier: Apache-2.0
//
// SealedRegister: which messages are kept for pickup, and for whom. Read from evidence.db, where
// EvidenceWriter registers them together with the record of the decision.
//
//     Result<SealedRegister> seals = SealedRegister::open(path);
//     Result<SealedRegister::Fates> known = seals->fates_of(identity);
//
// Ownership: owns a read-only connection. Threads: one thread at a time. Errors: those of SQLite.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct SealedMessage {
    std::string id;
    std::string epoch;
    std::string key_id;
    std::uint64_t size = 0;
    EvidenceTime time{};  // of the decision
    std::string class_name;
    std::string queue_id;
    std::string sender;
    std::vector<std::string> recipients;  // who may pick it up
    std::vector<std::string> held;        // for whom a person has to release it first
};

/// What an earlier attempt to submit a message led to for one of its recipients.
struct Fate {
    std::string outcome;  // "portal", "hold", "released", "reject"
    std::string sealed;   // id of the copy; empty for "reject", of which the sender was told
};

class SealedRegister {
  public:
    [[nodiscard]] static Result<SealedRegister> open(const std::string& path);

    using Fates = std::map<std::string, Fate>;  // by address
    [[nodiscard]] Result<Fates> fates_of(const std::string& identity);
    [[nodiscard]] Result<std::optional<SealedMessage>> find(const std::string& id);
    /// Newest first.
    [[nodiscard]] Result<std::vector<SealedMessage>> newest(std::size_t limit);

  private:
    explicit SealedRegister(Database database) : database_(std::move(database)) {}
    Result<std::vector<SealedMessage>> select(Statement& statement);
    Result<void> read_recipients(SealedMessage& message);

    Database database_;
    std::optional<Statement> fates_;  // prepared once; goes before its database
};

}  // namespace smarttls::store
