// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kSelectEvidence =
    "SELECT id, event, time, class, queue_id, sender, client, outcome, floor, content_sha256,"
    " config_version, reply, note FROM evidence WHERE id = ?1";
constexpr std::string_view kSelectRecipients =
    "SELECT address, domain, outcome, rule, explanation, verdict_json, kind, floor, exception FROM recipient"
    " WHERE evidence = ?1 ORDER BY position";
constexpr std::string_view kByQueueId =
    "SELECT evidence FROM term WHERE kind = ?1 AND value = ?2 ORDER BY time, evidence";

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

/// Records stay strictly before this point in the order of (time, id).
using Point = std::pair<std::int64_t, std::int64_t>;

std::int64_t milliseconds(EvidenceTime time) {
    return time.time_since_epoch().count();
}

Point end_of(const EvidenceQuery& query, Point page) {
    if (!query.until) return page;
    return std::min(page, Point{milliseconds(*query.until), kEarliest});
}

StoredEvidence read_evidence(const Statement& row) {
    StoredEvidence evidence;
    EvidenceRecord& record = evidence.record;
    evidence.id = row.integer(0);
    record.event = row.text(1);
    record.time = EvidenceTime(std::chrono::milliseconds(row.integer(2)));
    record.class_name = row.text(3);
    record.queue_id = row.text(4);
    record.sender = row.text(5);
    record.client = row.text(6);
    record.outcome = row.text(7);
    record.floor = row.text(8);
    record.content_sha256 = row.text(9);
    record.config_version = row.text(10);
    record.reply = row.text(11);
    record.note = row.text(12);
    return evidence;
}

Result<void> bind_candidates(Statement& statement, const std::vector<std::string>& terms,
                             std::int64_t since, Point end) {
    if (auto bound = statement.bind_all(since, end.first, end.second); !bound) return bound;
    int index = 3;
    for (const std::string& term : terms) {
        if (auto bound = statement.bind(++index, term); !bound) return bound;
    }
    return ok();
}

}  // namespace

Result<EvidenceReader> EvidenceReader::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return because(database, "cannot read evidence");
    const std::size_t version = evidence_migrations().size();
    if (auto same = require_version(*database, version); !same) {
        return because(same, "cannot read evidence database " + path);
    }
    Result<Statement> evidence = database->prepare(kSelectEvidence);
    if (!evidence) return because(evidence, "cannot read evidence");
    Result<Statement> recipients = database->prepare(kSelectRecipients);
    if (!recipients) return because(recipients, "cannot read evidence");
    return EvidenceReader(*std::move(database), *std::move(evidence), *std::move(recipients));
}

Result<std::vector<StoredEvidence>> EvidenceReader::by_queue_id(std::string_view queue_id) {
    const std::string context = "while looking for a queue id";
    Result<Statement> candidates = database_.prepare(kByQueueId);
    if (!candidates) return because(candidates, context);
    auto bound = candidates->bind_all(static_cast<std::int64_t>(TermKind::QueueId), queue_id);
    if (!bound) return because(bound, context);
    return collect(*candidates, EvidenceQuery{}, std::numeric_limits<std::size_t>::max());
}

Result<std::vector<StoredEvidence>> EvidenceReader::search(const EvidenceQuery& query,
                                                           std::size_t limit,
                                                           std::optional<std::int64_t> before_id) {
    const std::string context = "while searching evidence";
    Point page{kLatest, kLatest};
    if (before_id) {
        const auto before = load(*before_id);
        if (!before) return because(before, context);
        if (!*before) return std::vector<StoredEvidence>{};
        page = {milliseconds((*before)->record.time), *before_id};
    }
    const CandidateQuery narrowed = candidate_query(query);
    Result<Statement> candidates = database_.prepare(narrowed.sql);
    if (!candidates) return because(candidates, context);
    const std::int64_t since = query.since ? milliseconds(*query.since) : kEarliest;
    auto bound = bind_candidates(*candidates, narrowed.terms, since, end_of(query, page));
    if (!bound) return because(bound, context);
    return collect(*candidates, query, limit);
}

Result<std::vector<StoredEvidence>> EvidenceReader::collect(Statement& candidates,
                                                            const EvidenceQuery& query,
                                                            std::size_t limit) {
    std::vector<StoredEvidence> found;
    while (found.size() < limit) {
        const Result<bool> row = candidates.step();
        if (!row) return because(row, "while searching evidence");
        if (!*row) break;
        auto evidence = load(candidates.integer(0));
        if (!evidence) return because(evidence, "while reading evidence");
        if (*evidence && concerns(query, (*evidence)->record))
            found.push_back(**std::move(evidence));
    }
    return found;
}

Result<std::optional<StoredEvidence>> EvidenceReader::load(std::int64_t id) {
    select_evidence_.reset();
    if (auto bound = select_evidence_.bind(1, id); !bound) return because(bound, "id");
    const Result<bool> row = select_evidence_.step();
    if (!row) return because(row, "message");
    if (!*row) return std::optional<StoredEvidence>{};
    StoredEvidence evidence = read_evidence(select_evidence_);
    select_evidence_.reset();  // an open row would keep the log from being emptied
    if (auto loaded = load_recipients(evidence); !loaded) return because(loaded, "recipients");
    return std::optional(std::move(evidence));
}

Result<void> EvidenceReader::load_recipients(StoredEvidence& evidence) {
    select_recipients_.reset();
    if (auto bound = select_recipients_.bind(1, evidence.id); !bound) return bound;
    Result<bool> row = select_recipients_.step();
    for (; row && *row; row = select_recipients_.step()) {
        const Statement& column = select_recipients_;
        evidence.record.recipients.push_back({column.text(0), column.text(1), column.text(2),
                                              column.text(3), column.text(4), column.text(5),
                                              column.text(6), column.text(7), column.integer(8)});
    }
    select_recipients_.reset();
    if (!row) return because(row, "while reading");
    return ok();
}

}  // namespace smarttls::store
