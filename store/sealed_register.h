// SPDX-License-Identifier: Apache-2.0
//
// SealedRegister: which messages are kept for pickup, and for whom. Read from evidence.db, where
// EvidenceWriter registers them together with the record of the decision.
//
//     Result<SealedRegister> seals = SealedRegister::open(settings, private_keys);
//     Result<std::optional<SealedMessage>> message = seals->find(id);
//
// Ownership: owns read-only connections. Threads: one thread at a time. Errors: those of SQLite and of the evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/evidence_reader.h"
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
    Shown shown = Shown::Clear;           // of sender and recipients: an empty name for each that may not be read
};

class SealedRegister {
  public:
    /// `private_keys`: as for EvidenceReader.
    [[nodiscard]] static Result<SealedRegister> open(const policy::StoreSettings& settings,
                                                     const std::string& private_keys);

    [[nodiscard]] Result<std::optional<SealedMessage>> find(const std::string& id);
    /// Newest first.
    [[nodiscard]] Result<std::vector<SealedMessage>> newest(std::size_t limit);

  private:
    SealedRegister(Database database, EvidenceReader evidence)
        : database_(std::move(database)), evidence_(std::move(evidence)) {}
    Result<std::vector<SealedMessage>> select(Statement& statement);
    Result<void> reveal(SealedMessage& message, std::int64_t record);

    Database database_;
    EvidenceReader evidence_;
};

}  // namespace smarttls::store
