// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/portal_store.h"

#include "store/migrations.h"
#include "store/pickup/schema.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kContext = "the portal's database";

}  // namespace

std::string portal_database(const std::string& directory) { return directory + "/portal.db"; }
std::string portal_key_file(const std::string& directory) { return directory + "/portal.key"; }

Result<std::unique_ptr<PortalStore>> PortalStore::open(const std::string& directory) {
    auto key = PortalKey::load_or_create(portal_key_file(directory));
    if (!key) return tl::unexpected(key.error());
    const std::string path = portal_database(directory);
    auto database = Database::open(path, OpenMode::ReadWrite);
    if (!database) return because(database, kContext);
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, path);
    if (auto migrated = migrate(*database, portal_migrations()); !migrated) return because(migrated, path);
    return std::unique_ptr<PortalStore>(new PortalStore(path, *std::move(key), *std::move(database)));
}

Result<std::unique_ptr<PortalStore>> PortalStore::open_existing(const std::string& directory) {
    auto key = PortalKey::load(portal_key_file(directory));
    if (!key) return tl::unexpected(key.error());
    const std::string path = portal_database(directory);
    auto database = Database::open(path, OpenMode::Existing);
    if (!database) return because(database, kContext);
    if (auto same = require_version(*database, portal_migrations().size()); !same) return because(same, path);
    return std::unique_ptr<PortalStore>(new PortalStore(path, *std::move(key), *std::move(database)));
}

Result<void> PortalStore::ensure_open() {
    if (database_) return ok();
    auto database = Database::open(path_, OpenMode::Existing);
    if (!database) return because(database, kContext);
    // What a failed fsync left in the log must not precede new changes (evidence_table.h).
    if (auto emptied = database->checkpoint(); !emptied) return because(emptied, path_);
    database_ = *std::move(database);
    return ok();
}

}  // namespace smarttls::store
