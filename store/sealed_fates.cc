// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_fates.h"

#include <algorithm>

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "cannot read the sealed messages";
constexpr std::string_view kFatesOfIdentity =
    "SELECT key, 'reject', '' FROM outbox WHERE identity = ?1 UNION ALL"
    " SELECT address, outcome, sealed FROM sealed_recipient WHERE identity = ?1";

}  // namespace

Result<SealedFates> SealedFates::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    auto same = require_version(*database, evidence_migrations().size());
    if (!same) return because(same, kContext);
    return SealedFates(*std::move(database));
}

Result<SealedFates::Fates> SealedFates::fates_of(const std::string& identity) {
    if (!fates_) {
        Result<Statement> statement = database_.prepare(kFatesOfIdentity);
        if (!statement) return because(statement, kContext);
        fates_ = *std::move(statement);
    }
    if (auto bound = fates_->bind(1, identity); !bound) return because(bound, kContext);
    Fates fates;
    Result<bool> row = fates_->step();
    for (; row && *row; row = fates_->step()) {
        AddressHash address{};
        const auto bytes = fates_->blob(0);
        std::copy_n(bytes.begin(), std::min(bytes.size(), address.size()), address.begin());
        fates[address] = {fates_->text(1), fates_->text(2)};
    }
    fates_->reset();  // or the reading of this moment would go on
    if (!row) return because(row, kContext);
    return fates;
}

Result<bool> SealedFates::knows(const std::string& id) {
    Result<Statement> statement = database_.prepare("SELECT 1 FROM sealed WHERE id = ?1");
    if (!statement) return because(statement, kContext);
    if (auto bound = statement->bind(1, id); !bound) return because(bound, kContext);
    auto row = statement->step();
    if (!row) return because(row, kContext);
    return row;
}

}  // namespace smarttls::store
