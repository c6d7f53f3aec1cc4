// SPDX-License-Identifier: Apache-2.0
#include "smarttls/archived_verdict.h"

namespace smarttls::engine {

using policy::Result;
using policy::WallTime;
using store::Statement;

namespace {

std::int64_t number_of(WallTime time) {
    return time.time_since_epoch().count();
}

WallTime time_of(std::int64_t number) {
    return WallTime(std::chrono::seconds(number));
}

policy::Level level_of(const std::string& name) {
    return policy::parse_level(name).value_or(policy::Level::Unknown);
}

/// A row that cannot be read says nothing; neither does one about another next hop.
VerdictPtr verdict_of(std::string json, const std::string& next_hop) {
    auto verdict = parse_verdict(json);
    if (!verdict || verdict->domain != next_hop) return nullptr;
    return std::make_shared<const KeptVerdict>(*std::move(verdict), std::move(json));
}

}  // namespace

ArchivedVerdict read_row(const Statement& row, std::int64_t maker) {
    ArchivedVerdict archived;
    if (row.integer(1) == maker) archived.verdict = verdict_of(row.text(0), row.text(6));
    archived.used = time_of(row.integer(2));
    archived.best = {level_of(row.text(3)), time_of(row.integer(4)), level_of(row.text(5))};
    return archived;
}

Result<void> write_row(Statement& upsert, const std::string& next_hop, const ArchivedVerdict& row,
                       std::int64_t maker) {
    const auto bound =
        upsert.bind_all(std::string_view(next_hop), std::string_view(row.verdict->json()), maker,
                        number_of(row.used), to_string(row.best.level), number_of(row.best.seen),
                        to_string(row.best.alarmed));
    return bound ? upsert.run() : bound;
}

}  // namespace smarttls::engine
