// SPDX-License-Identifier: Apache-2.0
//
// The log of the evidence as it lies in evidence.db: hashes by position (log/merkle.h), and the checkpoints that were signed.
//
//     Result<std::uint64_t> size = log_size(database);
//     Result<MerkleAppender> log = load_log(database, *size);
//     Result<Hash> hash = node_at(database, position);
//
// Ownership: borrows the database. Threads: one. Errors: those of SQLite; Corrupt for a log with a gap.
#pragma once

#include <cstdint>

#include "store/log/merkle.h"
#include "store/sqlite.h"

namespace smarttls::store {

/// How many leaves the log has.
[[nodiscard]] Result<std::uint64_t> log_size(Database& database);

/// The log ready to be appended to.
[[nodiscard]] Result<MerkleAppender> load_log(Database& database, std::uint64_t size);

[[nodiscard]] Result<Hash> node_at(Database& database, std::uint64_t position);

}  // namespace smarttls::store
