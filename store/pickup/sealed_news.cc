// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/sealed_news.h"

#include "store/evidence_schema.h"
#include "store/migrations.h"
#include "store/pickup/sql.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "cannot read which messages were sealed";
constexpr std::string_view kSelect =
    "SELECT s.id, s.record, s.identity, s.epoch, s.key_id, s.size,"
    " (SELECT count(*) FROM sealed_recipient r WHERE r.sealed = s.id AND r.outcome = 'portal'),"
    " (SELECT count(*) FROM sealed_recipient r WHERE r.sealed = s.id)"
    " FROM sealed s WHERE s.record > ?1 ORDER BY s.record LIMIT ?2";

Result<SealedNotice> read(Statement& row) {
    return SealedNotice{{row.text(0), row.integer(1), row.text(2), row.text(3), row.text(4),
                         static_cast<std::uint64_t>(row.integer(5))},
                        row.integer(6) > 0,
                        row.integer(7) > 0};
}

}  // namespace

Result<SealedNews> SealedNews::open(const std::string& evidence) {
    auto database = Database::open(evidence, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    auto same = require_version(*database, evidence_migrations().size());
    if (!same) return because(same, kContext);
    return SealedNews(*std::move(database));
}

Result<std::vector<SealedNotice>> SealedNews::after(std::int64_t record, std::size_t limit) {
    auto found = select(database_, kSelect, read, record, static_cast<std::int64_t>(limit));
    if (!found) return because(found, kContext);
    return found;
}

}  // namespace smarttls::store
