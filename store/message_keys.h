// SPDX-License-Identifier: Apache-2.0
//
// MessageKeys: the wrapped keys of sealed messages and of the records of the evidence, in a database of their own
// (design §7): it is backed up apart and kept shorter. What has no key here any more cannot be read.
//
//     Result<MessageKeys> keys = MessageKeys::open(path);
//     keys->append(messages, records);                      // one transaction, durable
//     Result<std::optional<WrappedKey>> key = keys->find(id);
//     Result<std::optional<RecordKey>> key = keys->find(record_id);
//
// A key without its message is harmless, a message without its key is lost: so the key is
// committed first. Ownership: owns the connection. Threads: one thread. Errors: those of SQLite
// (sqlite.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/sealing/sealed_message.h"
#include "store/sealing/sealed_record.h"
#include "store/sqlite.h"

namespace smarttls::store {

class MessageKeys {
  public:
    using WrappedKey = std::vector<std::uint8_t>;

    /// For the one who writes. Creates the file when it is missing, not its directory.
    [[nodiscard]] static Result<MessageKeys> open(const std::string& path);
    /// After a failure: an empty file in its place would hide a loss.
    [[nodiscard]] static Result<MessageKeys> reopen(const std::string& path);
    /// For a command beside the one who writes, whom it never keeps waiting.
    [[nodiscard]] static Result<MessageKeys> join(const std::string& path);
    [[nodiscard]] static Result<MessageKeys> open_read_only(const std::string& path);

    [[nodiscard]] Result<void> append(std::span<const SealedFacts* const> messages,
                                      std::span<const SealedRecord* const> records = {});
    /// One transaction: takes the keys of `parts` and of sealed `messages` away, where they are there, and keeps those
    /// of the record that tells of it. What has no part left that can be read loses its key whole.
    [[nodiscard]] Result<void> destroy(std::span<const RecordParts> parts, std::span<const std::string> messages,
                                       std::span<const SealedRecord* const> told = {});
    /// The months whose private keys still open something.
    [[nodiscard]] Result<std::vector<Epoch>> epochs();
    /// As EvidenceTable::empty_log.
    [[nodiscard]] Result<void> empty_log() { return database_.checkpoint(); }

    [[nodiscard]] Result<std::optional<WrappedKey>> find(const std::string& id);
    [[nodiscard]] Result<std::optional<RecordKey>> find(const RecordId& id);

    [[nodiscard]] bool has_moved() const { return database_.has_moved(); }

  private:
    explicit MessageKeys(Database database) : database_(std::move(database)) {}
    Result<void> insert(std::span<const SealedFacts* const> messages);
    Result<void> insert(std::span<const SealedRecord* const> records);
    Result<void> destroy(const RecordParts& parts);
    Database database_;
    std::optional<Statement> find_record_;  // prepared once; goes before its database
};

}  // namespace smarttls::store
