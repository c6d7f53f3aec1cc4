// SPDX-License-Identifier: Apache-2.0
#include "store/outbox.h"

#include <algorithm>

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "cannot read the outbox";
constexpr std::string_view kSelect =
    "SELECT o.id, o.about, o.recipient, o.content, o.state, o.created, o.due, o.attempts,"
    " o.last_reply, coalesce(json_extract(r.facts, '$.queue'), ''), o.record, o.part FROM outbox o JOIN record r ON r.id = o.record ";
constexpr std::string_view kNextDue =
    "SELECT min(due), count(*) FROM outbox WHERE state = 'waiting'";

constexpr std::chrono::milliseconds kFirstPause = std::chrono::minutes(1);
constexpr std::chrono::milliseconds kLongestPause = std::chrono::hours(1);
constexpr std::chrono::milliseconds kLifetime = std::chrono::days(5);  // RFC 5321 §4.5.4.1: 4-5 days
constexpr std::int64_t kMostDoublings = 6;

EvidenceTime time_of(std::int64_t milliseconds) {
    return EvidenceTime(std::chrono::milliseconds(milliseconds));
}

}  // namespace

std::string_view to_string(OutboxState state) {
    switch (state) {
        case OutboxState::Waiting: return "waiting";
        case OutboxState::Sent: return "sent";
        case OutboxState::Dead: return "dead";
    }
    return "dead";
}

OutboxAttempt attempt_of(const OutboxItem& item, const Result<std::string>& sent,
                         EvidenceTime now) {
    if (sent) return {item.id, OutboxState::Sent, now, *sent};
    const std::chrono::milliseconds pause =
        std::min(kFirstPause * (1 << std::min(item.attempts, kMostDoublings)), kLongestPause);
    const bool is_final =
        sent.error().kind == policy::ErrorKind::Permanent || now + pause > item.created + kLifetime;
    return {item.id, is_final ? OutboxState::Dead : OutboxState::Waiting, now + pause,
            sent.error().what};
}

Result<Outbox> Outbox::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    auto same = require_version(*database, evidence_migrations().size());
    if (!same) return because(same, kContext);
    return Outbox(*std::move(database));
}

Result<std::vector<OutboxItem>> Outbox::due(EvidenceTime now, std::size_t limit) {
    return select("WHERE o.state = 'waiting' AND o.due <= ?2 ORDER BY o.due LIMIT ?1",
                  static_cast<std::int64_t>(limit), now.time_since_epoch().count());
}

Result<std::vector<OutboxItem>> Outbox::unsent(std::size_t limit) {
    return select("WHERE o.state <> 'sent' AND ?2 ORDER BY o.id DESC LIMIT ?1",
                  static_cast<std::int64_t>(limit), 1);
}

Result<std::vector<OutboxItem>> Outbox::newest(std::size_t limit) {
    return select("WHERE ?2 ORDER BY o.id DESC LIMIT ?1", static_cast<std::int64_t>(limit), 1);
}

Result<std::optional<EvidenceTime>> Outbox::next_due() {
    Result<Statement> statement = database_.prepare(kNextDue);
    if (!statement) return because(statement, kContext);
    const Result<bool> row = statement->step();
    if (!row) return because(row, kContext);
    if (!*row || statement->integer(1) == 0) return std::optional<EvidenceTime>{};
    return std::optional(time_of(statement->integer(0)));
}

Result<std::vector<OutboxItem>> Outbox::select(std::string_view clause, std::int64_t first,
                                               std::int64_t second) {
    Result<Statement> statement = database_.prepare(std::string(kSelect).append(clause));
    if (!statement) return because(statement, kContext);
    if (auto bound = statement->bind_all(first, second); !bound) return because(bound, kContext);
    std::vector<OutboxItem> items;
    Result<bool> row = statement->step();
    for (; row && *row; row = statement->step()) {
        items.push_back({statement->integer(0), statement->text(1), statement->text(2),
                         statement->text(3), statement->text(4), time_of(statement->integer(5)),
                         time_of(statement->integer(6)), statement->integer(7), statement->text(8),
                         statement->text(9), statement->integer(10), statement->integer(11)});
    }
    if (!row) return because(row, kContext);
    return items;
}

}  // namespace smarttls::store
