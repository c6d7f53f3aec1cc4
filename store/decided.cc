// SPDX-License-Identifier: Apache-2.0
#include "store/decided.h"

#include "store/evidence_schema.h"
#include "store/migrations.h"
#include "store/record_text.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "while looking for what was decided";
constexpr std::string_view kRecords =
    "SELECT r.id, r.facts FROM segment s CROSS JOIN term t ON t.segment = s.number CROSS JOIN record r ON r.id = t.record"
    " WHERE t.kind = ?1 AND t.value = ?2 AND t.time <= ?3 ORDER BY s.number DESC, t.time DESC, t.record DESC";
constexpr std::string_view kFloors =
    "SELECT floor FROM part WHERE record = ?1 AND address = ?2 AND number > 0 AND floor IS NOT NULL";
/// The clock of the log and that of the evidence are the machine's, but a log may know whole seconds alone.
constexpr std::chrono::milliseconds kSecond{1000};

}  // namespace

Result<Decided> Decided::open(const policy::StoreSettings& settings) {
    Result<Database> database = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    auto same = require_version(*database, evidence_migrations().size());
    if (!same) return because(same, kContext);
    auto addresses = AddressKey::load(settings.address_key);
    if (!addresses) return because(addresses, kContext);
    auto records = database->prepare(kRecords);
    if (!records) return because(records, kContext);
    auto floors = database->prepare(kFloors);
    if (!floors) return because(floors, kContext);
    return Decided(*std::move(database), *addresses, *std::move(records), *std::move(floors));
}

Result<std::optional<Decision>> Decided::find(const std::string& queue_id, const std::vector<std::string>& addresses,
                                              EvidenceTime time) {
    records_.reset();
    auto bound = records_.bind(1, static_cast<std::int64_t>(TermKind::QueueId));
    if (bound) bound = records_.bind_blob(2, bytes_of(queue_id));
    if (bound) bound = records_.bind(3, std::int64_t{(time + kSecond).time_since_epoch().count()});
    if (!bound) return because(bound, kContext);
    std::optional<Decision> decision;
    std::int64_t record = 0;
    Result<bool> row = records_.step();
    for (; row && *row; row = records_.step()) {
        const auto facts = read_facts(records_.text(1));
        if (!facts) return because(facts, kContext);
        const bool is_decision = facts->event == kSubmissionAcceptance || facts->successor == queue_id;
        if (!is_decision) continue;
        record = records_.integer(0);
        if (!facts->class_name.empty() && !facts->floor.empty()) decision = {facts->class_name, facts->floor, facts->time};
        break;
    }
    records_.reset();  // or the reading of this moment would go on
    if (!row) return because(row, kContext);
    if (!decision) return decision;
    const auto lower = lower_floor(record, addresses);
    if (!lower) return because(lower, kContext);
    if (!lower->empty()) decision->floor = *lower;
    return decision;
}

Result<std::string> Decided::lower_floor(std::int64_t record, const std::vector<std::string>& addresses) {
    std::string floor;
    for (const std::string& address : addresses) {
        if (address.empty() || !floor.empty()) continue;
        floors_.reset();
        auto bound = floors_.bind(1, record);
        if (bound) bound = floors_.bind_blob(2, addresses_.hash(address));
        if (!bound) return tl::unexpected(bound.error());
        const Result<bool> row = floors_.step();
        if (!row) return tl::unexpected(row.error());
        if (*row) floor = floors_.text(0);
        floors_.reset();
    }
    return floor;
}

Result<std::string> Decided::position(const std::string& source) {
    auto select = database_.prepare("SELECT position FROM delivery_position WHERE source = ?1");
    if (!select) return because(select, kContext);
    if (auto bound = select->bind(1, source); !bound) return because(bound, kContext);
    const Result<bool> row = select->step();
    if (!row) return because(row, kContext);
    return *row ? select->text(0) : std::string();
}

}  // namespace smarttls::store
