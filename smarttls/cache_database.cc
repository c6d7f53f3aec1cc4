// SPDX-License-Identifier: Apache-2.0
#include "smarttls/cache_database.h"

#include <filesystem>

namespace smarttls::engine {

using policy::ErrorKind;
using policy::Result;
using store::Database;
using store::OpenMode;

namespace {

constexpr std::int64_t kApplication = 0x53544c53;  // "STLS", PRAGMA application_id
constexpr std::int64_t kVersion = 1;               // PRAGMA user_version

/// Texts are parsed again when they are read: a row that somebody damaged is no policy and no
/// verdict. `used` and the times are seconds since 1970.
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS sts_policy (
    domain  TEXT PRIMARY KEY,
    id      TEXT NOT NULL,
    policy  TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS verdict (
    next_hop  TEXT NOT NULL UNIQUE,
    json      TEXT NOT NULL,
    maker     INTEGER NOT NULL,
    used      INTEGER NOT NULL,
    best      TEXT NOT NULL,
    best_seen INTEGER NOT NULL,
    alarmed   TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS verdict_used ON verdict (used);
PRAGMA application_id = 1398033491;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplication == 1398033491 && kVersion == 1, "as the schema says");

/// Before the tables had an application_id, sts_policy was the only one.
Result<void> require_ours(Database& database) {
    const auto application = database.query_integer("PRAGMA application_id");
    const auto version = database.query_integer("PRAGMA user_version");
    const auto strange = database.query_integer(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name <> 'sts_policy'");
    for (const auto* number : {&application, &version, &strange}) {
        if (!*number) return tl::unexpected(number->error());
    }
    const bool first = *application == 0 && *version == 0 && *strange == 0;
    if (*application != kApplication && !first) {
        return policy::fail(ErrorKind::Misconfigured, "it is the database of another program");
    }
    if (*version > kVersion) {
        return policy::fail(ErrorKind::Misconfigured,
                            "it comes from a newer version of this program; remove it");
    }
    return policy::ok();
}

Result<void> check_existing(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error || size == 0) return policy::ok();  // to be created
    auto database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return tl::unexpected(database.error());
    const auto ours = require_ours(*database);
    return ours ? ours : because(ours, path);
}

}  // namespace

Result<Database> open_cache_database(const std::string& path) {
    if (auto ours = check_existing(path); !ours) return tl::unexpected(ours.error());
    auto database = Database::open(path, OpenMode::ReadWrite);
    if (!database) return database;
    if (auto made = database->exec(kSchema); !made) return because(made, path);
    return database;
}

Result<Database> read_cache_database(const std::string& path) {
    return Database::open(path, OpenMode::ReadOnly);
}

}  // namespace smarttls::engine
