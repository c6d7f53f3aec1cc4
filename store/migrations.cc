// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

Result<std::size_t> version_of(Database& database) {
    const Result<std::int64_t> version = database.query_integer("PRAGMA user_version");
    if (!version) return because(version, "while reading the schema version");
    if (*version < 0) return fail(ErrorKind::Corrupt, "the schema version is negative");
    return static_cast<std::size_t>(*version);
}

Result<void> refuse_newer(std::size_t found, std::size_t known) {
    if (found <= known) return ok();
    return fail(ErrorKind::Misconfigured, "its schema version " + std::to_string(found) +
                                              " comes from a newer program; this one knows " +
                                              std::to_string(known) +
                                              ": install the newer program or restore a backup");
}

/// One step upwards, if somebody else has not made it in the meantime.
Result<void> apply(Database& database, std::string_view sql, std::size_t version) {
    Result<Transaction> transaction = Transaction::begin(database);
    if (!transaction) return because(transaction, "before the migration");
    const Result<std::size_t> current = version_of(database);
    if (!current) return because(current, "inside the migration");
    if (*current >= version) return ok();
    if (auto changed = database.exec(std::string(sql)); !changed) return changed;
    const std::string number = std::to_string(version);
    if (auto set = database.exec("PRAGMA user_version = " + number); !set) return set;
    return transaction->commit();
}

}  // namespace

Result<void> migrate(Database& database, std::span<const std::string_view> migrations) {
    const Result<std::size_t> found = version_of(database);
    if (!found) return because(found, "migration");
    if (auto known = refuse_newer(*found, migrations.size()); !known) return known;
    for (std::size_t version = *found + 1; version <= migrations.size(); ++version) {
        auto applied = apply(database, migrations[version - 1], version);
        if (!applied) return because(applied, "migration " + std::to_string(version));
    }
    return ok();
}

Result<void> require_version(Database& database, std::size_t version) {
    const Result<std::size_t> found = version_of(database);
    if (!found) return because(found, "version check");
    if (*found < version) {
        return fail(ErrorKind::Temporary, "its schema version " + std::to_string(*found) +
                                              " has not been upgraded to " +
                                              std::to_string(version) + " by its writer yet");
    }
    return refuse_newer(*found, version);
}

}  // namespace smarttls::store
