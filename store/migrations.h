// SPDX-License-Identifier: Apache-2.0
//
// Migrations: how a database of an older program becomes one of this program. Migration n (from 1)
// leads to PRAGMA user_version = n; published ones are never edited, only followed by the next.
//
//     Result<void> done = migrate(database, kMigrations);
//
// Each migration is one transaction with its number: a crash leaves the version before it, whole.
// Threads: one thread uses the Database. Errors: Misconfigured when the database is newer than the
// program (a downgrade would misread it); else those of SQLite.
#pragma once

#include <span>
#include <string_view>

#include "store/sqlite.h"

namespace smarttls::store {

/// Brings the database to version migrations.size().
Result<void> migrate(Database& database, std::span<const std::string_view> migrations);

/// For those who only read: Temporary while the writer has not upgraded it yet.
Result<void> require_version(Database& database, std::size_t version);

}  // namespace smarttls::store
