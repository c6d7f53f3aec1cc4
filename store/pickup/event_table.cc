// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/event_table.h"

#include <array>
#include <charconv>

#include "policy/text.h"
#include "store/pickup/sql.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;

constexpr std::size_t kFields = 12;
constexpr char kSeparator = '\0';  // in no field

std::array<std::string, kFields> fields_of(const EvidenceRecord& record) {
    static const RecipientEvidence kNobody;
    const RecipientEvidence& recipient = record.recipients.empty() ? kNobody : record.recipients.front();
    return {record.event,      std::to_string(record.time.time_since_epoch().count()),
            record.class_name, record.queue_id,
            record.sender,     record.client,
            record.outcome,    record.note,
            recipient.address, recipient.domain,
            recipient.outcome, recipient.explanation};
}

Result<EvidenceRecord> record_of(const std::string& text) {
    const auto fields = policy::split(text, kSeparator);
    if (fields.size() != kFields) return policy::fail(ErrorKind::Corrupt, "an event of a pickup is damaged");
    EvidenceRecord record;
    record.event = fields[0];
    std::int64_t time = 0;
    std::from_chars(fields[1].data(), fields[1].data() + fields[1].size(), time);
    record.time = EvidenceTime(std::chrono::milliseconds(time));
    record.class_name = fields[2];
    record.queue_id = fields[3];
    record.sender = fields[4];
    record.client = fields[5];
    record.outcome = fields[6];
    record.note = fields[7];
    RecipientEvidence recipient;
    recipient.address = fields[8];
    recipient.domain = fields[9];
    recipient.outcome = fields[10];
    recipient.explanation = fields[11];
    if (!recipient.address.empty()) record.recipients.push_back(std::move(recipient));
    return record;
}

}  // namespace

Result<void> EventTable::add(const EvidenceRecord& record) {
    std::string text;
    for (std::string field : fields_of(record)) {
        std::erase(field, kSeparator);
        text.append(text.empty() ? "" : std::string(1, kSeparator)).append(field);
    }
    const auto facts = key_.seal(text);
    return run(database_, "INSERT INTO event (facts) VALUES (?1)", Blob(facts));
}

Result<std::vector<StoredEvent>> EventTable::oldest(std::size_t limit) {
    const auto read = [this](Statement& row) -> Result<StoredEvent> {
        auto text = key_.open(row.view(1));
        if (!text) return tl::unexpected(text.error());
        auto record = record_of(*text);
        if (!record) return tl::unexpected(record.error());
        return StoredEvent{row.integer(0), *std::move(record)};
    };
    return select(database_, "SELECT id, facts FROM event ORDER BY id LIMIT ?1", read, static_cast<std::int64_t>(limit));
}

Result<void> EventTable::remove_through(std::int64_t id) { return run(database_, "DELETE FROM event WHERE id <= ?1", id); }

}  // namespace smarttls::store
