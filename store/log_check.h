// SPDX-License-Identifier: Apache-2.0
//
// check_log: whether a database holds the log that it says (log_audit.h), for those who have no key: signatures of
// checkpoints are not looked at.
//
//     Result<LogState> state = check_log(database);                // one walk over all
//     Result<Hash> root = stored_root(database, size);             // from O(log size) nodes, believed
//
// Threads: one. Errors: those of SQLite; Corrupt, with the first of what is wrong.
#pragma once

#include "store/log/hash.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct LogState {
    std::uint64_t size = 0;
    Hash root{};
};

[[nodiscard]] Result<LogState> check_log(Database& database);

/// The root when the log had `size` leaves; Corrupt when it never had so many.
[[nodiscard]] Result<Hash> stored_root(Database& database, std::uint64_t size);

/// Of the newest checkpoint in the database, its size; 0 without one. It has to be of this log.
[[nodiscard]] Result<std::uint64_t> check_newest_checkpoint(Database& database);

}  // namespace smarttls::store
