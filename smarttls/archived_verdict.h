// SPDX-License-Identifier: Apache-2.0
//
// ArchivedVerdict: a verdict as a row of the table `verdict` in the cache's database
// (cache_database.h).
//
//     auto select = reader.prepare(std::string(kVerdictColumns) + "WHERE next_hop = ?1");
//     ArchivedVerdict row = read_row(*select, maker);                   // stands on a row
//     auto upsert = writer.prepare(kVerdictUpsert);
//     Result<void> written = write_row(*upsert, next_hop, row, maker);
//
// Threads: plain values. Errors: those of SQLite; a row that cannot be read is one without a
// verdict.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "smarttls/best_seen.h"
#include "smarttls/kept_verdict.h"
#include "store/sqlite.h"

namespace smarttls::engine {

struct ArchivedVerdict {
    VerdictPtr verdict;  // null: it was made by other settings; the rest counts all the same
    BestSeen best;
    policy::WallTime used{};
};

inline constexpr std::string_view kVerdictColumns =
    "SELECT json, maker, used, best, best_seen, alarmed, next_hop FROM verdict ";
/// Column of kVerdictColumns that holds the next hop.
inline constexpr int kNextHopColumn = 6;

inline constexpr std::string_view kVerdictUpsert = R"sql(
INSERT INTO verdict VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (next_hop) DO UPDATE SET json = excluded.json, maker = excluded.maker,
    used = excluded.used, best = excluded.best, best_seen = excluded.best_seen,
    alarmed = excluded.alarmed
)sql";

/// From a statement that stands on a row of kVerdictColumns; the verdict counts where `maker` made
/// it.
[[nodiscard]] ArchivedVerdict read_row(const store::Statement& row, std::int64_t maker);

/// `upsert`: of kVerdictUpsert.
[[nodiscard]] policy::Result<void> write_row(store::Statement& upsert, const std::string& next_hop,
                                             const ArchivedVerdict& row, std::int64_t maker);

}  // namespace smarttls::engine
