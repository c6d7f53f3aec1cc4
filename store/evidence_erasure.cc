// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_erasure.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "policy/text.h"
#include "store/erasing.h"
#include "store/erasure_text.h"
#include "store/evidence_schema.h"
#include "store/naming.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

// The milter waits two seconds for the database (sqlite.cc): one transaction takes much less.
constexpr std::int64_t kPartsAtOnce = 2000;

constexpr std::string_view kByAddress =
    "SELECT p.record, p.number FROM segment s CROSS JOIN term t ON t.segment = s.number"
    " CROSS JOIN part p ON p.record = t.record WHERE t.kind = ?1 AND t.value = ?2 AND p.address = ?2"
    " ORDER BY s.number, t.time, t.record, p.number LIMIT ?3";
constexpr std::string_view kByQueueId =
    "SELECT p.record, p.number FROM segment s CROSS JOIN term t ON t.segment = s.number"
    " CROSS JOIN part p ON p.record = t.record WHERE t.kind = ?1 AND t.value = ?2"
    " AND (p.content IS NOT NULL OR p.address IS NOT NULL) ORDER BY s.number, t.time, t.record, p.number LIMIT ?3";
constexpr std::string_view kTombstones =
    "SELECT facts FROM segment s CROSS JOIN term t ON t.segment = s.number CROSS JOIN record ON record.id = t.record"
    " WHERE kind = ?1 AND value = ?2 ORDER BY id";

EvidenceTime now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

Result<std::vector<PartChoice>> parts_of(Database& database, const ErasureOrder& order, const AddressKey& addresses,
                                         std::int64_t limit) {
    const bool by_address = !order.address.empty();
    auto select = database.prepare(by_address ? kByAddress : kByQueueId);
    if (!select) return tl::unexpected(select.error());
    const AddressHash hash = addresses.hash(order.address);
    auto bound = select->bind(1, static_cast<std::int64_t>(by_address ? TermKind::Address : TermKind::QueueId));
    if (bound) bound = select->bind_blob(2, by_address ? ByteView(hash) : bytes_of(order.queue_id));
    if (bound) bound = select->bind(3, limit);
    if (!bound) return tl::unexpected(bound.error());
    std::vector<PartChoice> found;
    Result<bool> row = select->step();
    for (; row && *row; row = select->step()) {
        const std::int64_t record = select->integer(0);
        if (found.empty() || found.back().record != record) found.push_back({record, {}});
        found.back().numbers.push_back(static_cast<std::size_t>(select->integer(1)));
    }
    if (!row) return tl::unexpected(row.error());
    return found;
}

/// What stands in clear: nobody knows of it by its hash.
Result<Choice> choose(Database& database, const ErasureOrder& order, const AddressKey& addresses) {
    auto parts = parts_of(database, order, addresses, kPartsAtOnce);
    if (!parts) return because(parts, "looking for what is to be erased");
    Choice choice{*std::move(parts), {}, {}, {}};
    if (order.address.empty()) return choice;
    auto exceptions = exceptions_that_name(database, order.address);
    if (!exceptions) return tl::unexpected(exceptions.error());
    choice.exceptions = *std::move(exceptions);
    if (auto removed = remove_mail_that_names(database, order.address); !removed) return tl::unexpected(removed.error());
    return choice;
}

EvidenceRecord tombstone(const ErasureOrder& order, const Erasure& gone) {
    EvidenceRecord record;
    record.event = kErasure;
    record.time = now();
    record.client = order.who;
    record.outcome = "erasure";
    record.config_version = order.config_version;
    record.note = order.reason;
    record.erasure = gone;
    return record;
}

void add(ErasureCount& sum, const Erasure& gone) {
    sum.records += gone.parts.size();
    for (const RecordParts& one : gone.parts) sum.parts += one.numbers.size();
    sum.messages += gone.messages.size();
    sum.exceptions += gone.exceptions.size();
}

bool is_nothing(const Erasure& gone) {
    return gone.parts.empty() && gone.messages.empty() && gone.exceptions.empty();
}

/// The numbers of the records: ids of UUIDs, found in one walk, since they stand in no index.
Result<std::map<RecordId, std::int64_t>> ids_of(Database& database, const std::vector<Erasure>& tombstones) {
    std::map<RecordId, std::int64_t> ids;
    for (const Erasure& one : tombstones) {
        for (const RecordParts& parts : one.parts) ids.emplace(parts.record, 0);
    }
    if (ids.empty()) return ids;
    auto select = database.prepare("SELECT id, uuid FROM record");
    if (!select) return tl::unexpected(select.error());
    Result<bool> row = select->step();
    for (; row && *row; row = select->step()) {
        RecordId uuid{};
        const auto bytes = select->blob(1);
        if (bytes.size() == uuid.size()) std::copy(bytes.begin(), bytes.end(), uuid.begin());
        if (const auto found = ids.find(uuid); found != ids.end()) found->second = select->integer(0);
    }
    if (!row) return tl::unexpected(row.error());
    return ids;
}

Result<Choice> choose_again(Database& database, const std::vector<Erasure>& tombstones) {
    const auto ids = ids_of(database, tombstones);
    if (!ids) return because(ids, "looking for what was erased");
    Choice choice;
    for (const Erasure& one : tombstones) {
        for (const RecordParts& parts : one.parts) {
            if (const std::int64_t id = ids->at(parts.record); id != 0) choice.parts.push_back({id, parts.numbers});
        }
        choice.keys.insert(choice.keys.end(), one.parts.begin(), one.parts.end());
        choice.messages.insert(choice.messages.end(), one.messages.begin(), one.messages.end());
        choice.exceptions.insert(choice.exceptions.end(), one.exceptions.begin(), one.exceptions.end());
    }
    return choice;
}

}  // namespace

Result<ErasureCount> count_for_erasure(const policy::StoreSettings& settings, const ErasureOrder& order) {
    auto database = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!database) return because(database, "evidence");
    const auto addresses = AddressKey::load(settings.address_key);
    if (!addresses) return tl::unexpected(addresses.error());
    const auto parts = parts_of(*database, order, *addresses, -1);
    if (!parts) return because(parts, "looking for what is to be erased");
    ErasureCount count;
    count.records = parts->size();
    for (const PartChoice& one : *parts) count.parts += one.numbers.size();
    if (order.address.empty()) return count;
    const auto exceptions = exceptions_that_name(*database, order.address);
    if (!exceptions) return tl::unexpected(exceptions.error());
    count.exceptions = exceptions->size();
    return count;
}

Result<ErasureCount> erase_evidence(const policy::StoreSettings& settings, const ErasureOrder& order) {
    auto erasing = Erasing::open(settings);
    if (!erasing) return tl::unexpected(erasing.error());
    const std::string hash = order.address.empty() ? "" : to_hex(erasing->addresses().hash(order.address));
    const auto chosen = [&](Database& database) { return choose(database, order, erasing->addresses()); };
    const auto tell = [&](const Erasure& gone) {
        EvidenceRecord record = tombstone(order, gone);
        record.erasure->address_hash = hash;
        return std::optional(std::move(record));
    };
    ErasureCount sum;
    for (;;) {
        const auto gone = erasing->run(chosen, tell);
        if (!gone) return tl::unexpected(gone.error());
        if (is_nothing(*gone)) break;
        add(sum, *gone);
        ++sum.tombstones;
    }
    if (auto emptied = erasing->empty_logs(); !emptied) return tl::unexpected(emptied.error());
    if (order.address.empty()) return sum;  // its recipients may stand in other messages, which stay
    auto removed = erasing->remove_residue(erasing->addresses().hash(order.address));
    if (!removed) return tl::unexpected(removed.error());
    return sum;
}

Result<std::vector<Erasure>> read_tombstones(Database& database) {
    auto select = database.prepare(kTombstones);
    if (!select) return because(select, "tombstones");
    auto bound = select->bind(1, static_cast<std::int64_t>(TermKind::Event));
    const std::string event = term_value(TermKind::Event, kErasure);
    if (bound) bound = select->bind_blob(2, bytes_of(event));
    if (!bound) return because(bound, "tombstones");
    std::vector<Erasure> found;
    Result<bool> row = select->step();
    for (; row && *row; row = select->step()) {
        auto one = read_erasure(select->text(0));
        if (!one) return because(one, "tombstones");
        found.push_back(*std::move(one));
    }
    if (!row) return because(row, "tombstones");
    return found;
}

Result<ErasureCount> repeat_erasures(const policy::StoreSettings& settings, const Repetition& repetition) {
    auto erasing = Erasing::open(settings);
    if (!erasing) return tl::unexpected(erasing.error());
    const auto own = [](Database& database) -> Result<Choice> {
        const auto tombstones = read_tombstones(database);
        if (!tombstones) return tl::unexpected(tombstones.error());
        return choose_again(database, *tombstones);
    };
    const auto others = [&](Database& database) { return choose_again(database, repetition.tombstones); };
    ErasureOrder order{{}, {}, repetition.who, "applied again after a restore", repetition.config_version};
    ErasureCount sum;
    auto gone = erasing->run(own, [](const Erasure&) { return std::nullopt; });
    if (gone) add(sum, *gone);
    if (gone) gone = erasing->run(others, [&](const Erasure& again) { return std::optional(tombstone(order, again)); });
    if (!gone) return tl::unexpected(gone.error());
    add(sum, *gone);
    if (!is_nothing(*gone)) ++sum.tombstones;
    if (auto emptied = erasing->empty_logs(); !emptied) return tl::unexpected(emptied.error());
    return sum;
}

}  // namespace smarttls::store
