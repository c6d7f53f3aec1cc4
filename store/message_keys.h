// SPDX-License-Identifier: Apache-2.0
//
// MessageKeys: the wrapped keys of sealed messages, in a database of their own (design §7): it is
// backed up apart and kept shorter, and whose key is deleted here, its message cannot be opened.
//
//     Result<MessageKeys> keys = MessageKeys::open(path);
//     keys->append(facts);                      // one transaction, durable
//     Result<std::optional<WrappedKey>> key = keys->find(id);
//
// A key without its message is harmless, a message without its key is lost: so the key is
// committed first. Ownership: owns the connection. Threads: one thread. Errors: those of SQLite
// (sqlite.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/sealing/sealed_message.h"
#include "store/sqlite.h"

namespace smarttls::store {

class MessageKeys {
  public:
    using WrappedKey = std::vector<std::uint8_t>;

    /// For the one who writes. Creates the file when it is missing, not its directory.
    [[nodiscard]] static Result<MessageKeys> open(const std::string& path);
    [[nodiscard]] static Result<MessageKeys> open_read_only(const std::string& path);

    [[nodiscard]] Result<void> append(std::span<const SealedFacts* const> messages);
    [[nodiscard]] Result<std::optional<WrappedKey>> find(const std::string& id);

  private:
    explicit MessageKeys(Database database) : database_(std::move(database)) {}
    Database database_;
};

}  // namespace smarttls::store
