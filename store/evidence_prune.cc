// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_prune.h"

#include <limits>
#include <utility>

#include "store/erasing.h"
#include "store/evidence_schema.h"

namespace smarttls::store {
namespace {

using policy::because;

// As in evidence_erasure.cc: the milter waits meanwhile.
constexpr std::int64_t kPartsAtOnce = 2000;

// In the order of the term's key, from behind (?3, ?4) on.
constexpr std::string_view kPrunable =
    "SELECT t.time, t.record, p.number FROM segment s CROSS JOIN term t ON t.segment = s.number"
    " CROSS JOIN part p ON p.record = t.record"
    " WHERE s.number >= (SELECT max(number) FROM segment WHERE start <= ?3) AND s.start < ?2 AND t.kind = 1 AND t.value = ?1 AND t.time < ?2 AND (t.time, t.record) >= (?3, ?4)"
    " AND (p.content IS NOT NULL OR p.address IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM sealed s JOIN sealed_recipient k ON k.sealed = s.id"
    "                 WHERE s.record = t.record AND k.outcome <> 'released')"
    " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.record = t.record AND o.state = 'waiting')"
    " ORDER BY s.number, t.time, t.record, p.number LIMIT ?5";

/// Up to which record all is done.
struct Place {
    std::int64_t time = std::numeric_limits<std::int64_t>::min();
    std::int64_t record = 0;
};

Result<Choice> choose(Database& database, const PruneOrder& order, Place& place, std::int64_t limit) {
    auto select = database.prepare(kPrunable);
    if (!select) return because(select, "retention");
    const std::string name = term_value(TermKind::Class, order.class_name);
    auto bound = select->bind_blob(1, bytes_of(name));
    if (bound) bound = select->bind(2, std::int64_t{order.before.time_since_epoch().count()});
    if (bound) bound = select->bind(3, place.time);
    if (bound) bound = select->bind(4, place.record);
    if (bound) bound = select->bind(5, limit);
    if (!bound) return because(bound, "retention");
    Choice choice;
    Result<bool> row = select->step();
    for (; row && *row; row = select->step()) {
        const std::int64_t record = select->integer(1);
        if (choice.parts.empty() || choice.parts.back().record != record) choice.parts.push_back({record, {}});
        choice.parts.back().numbers.push_back(static_cast<std::size_t>(select->integer(2)));
        place = {select->integer(0), record};
    }
    if (!row) return because(row, "retention");
    return choice;
}

Pruning sum_of(const Erasure& gone, EvidenceTime before) {
    Pruning sum{before, static_cast<std::int64_t>(gone.parts.size()), 0};
    for (const RecordParts& one : gone.parts) sum.parts += static_cast<std::int64_t>(one.numbers.size());
    return sum;
}

EvidenceRecord retention_record(const PruneOrder& order, const Pruning& pruned) {
    EvidenceRecord record;
    record.event = kRetention;
    record.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    record.class_name = order.class_name;
    record.client = order.who;
    record.outcome = "retention";
    record.config_version = order.config_version;
    record.pruning = pruned;
    return record;
}

}  // namespace

Result<Pruning> count_prunable(const policy::StoreSettings& settings, const PruneOrder& order) {
    auto database = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!database) return because(database, "evidence");
    Place place;
    const auto found = choose(*database, order, place, -1);
    if (!found) return tl::unexpected(found.error());
    Pruning sum{order.before, static_cast<std::int64_t>(found->parts.size()), 0};
    for (const PartChoice& one : found->parts) sum.parts += static_cast<std::int64_t>(one.numbers.size());
    return sum;
}

Result<Pruning> prune_evidence(const policy::StoreSettings& settings, const PruneOrder& order) {
    auto erasing = Erasing::open(settings);
    if (!erasing) return tl::unexpected(erasing.error());
    Place place;
    const auto chosen = [&](Database& database) { return choose(database, order, place, kPartsAtOnce); };
    const auto tell = [&](const Erasure& gone) { return std::optional(retention_record(order, sum_of(gone, order.before))); };
    Pruning sum{order.before, 0, 0};
    for (;;) {
        const auto gone = erasing->run(chosen, tell);
        if (!gone) return tl::unexpected(gone.error());
        if (gone->parts.empty()) break;
        const Pruning some = sum_of(*gone, order.before);
        sum.records += some.records;
        sum.parts += some.parts;
    }
    if (auto emptied = erasing->empty_logs(); !emptied) return tl::unexpected(emptied.error());
    return sum;
}

Result<std::vector<Epoch>> months_in_use(const policy::StoreSettings& settings) {
    auto keys = MessageKeys::open_read_only(settings.message_keys);
    if (!keys) return tl::unexpected(keys.error());
    return keys->epochs();
}

}  // namespace smarttls::store
