// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_query.h"

#include <algorithm>
#include <array>

#include "policy/text.h"
#include "store/evidence_schema.h"

namespace smarttls::store {
namespace {

using policy::equal_ignoring_case;

/// Those whose times may be asked for.
constexpr std::string_view kSegments =
    " AND s.number >= (SELECT max(number) FROM segment WHERE start <= ?1) AND s.start <= ?2";

bool admits(const std::string& asked, const std::string& value) {
    return asked.empty() || equal_ignoring_case(asked, value);
}

bool concerns_message(const EvidenceQuery& query, const EvidenceRecord& record) {
    return (!query.since || record.time >= *query.since) &&
           (!query.until || record.time < *query.until) &&
           admits(query.class_name, record.class_name) && admits(query.event, record.event) &&
           (query.queue_id.empty() || query.queue_id == record.queue_id);
}

bool concerns_part(const EvidenceQuery& query, const AddressHash& address, const IndexedRecord& record,
                   const PartIndex& part) {
    const bool is_sender = !record.parts.empty() && record.parts.front().address == address;
    return admits(query.domain, part.domain) && (query.address.empty() || part.address == address || is_sender) &&
           (admits(query.outcome, part.outcome) || admits(query.outcome, record.record.outcome));
}

}  // namespace

std::vector<std::size_t> concerned_recipients(const EvidenceQuery& query, const AddressHash& address,
                                              const IndexedRecord& record) {
    std::vector<std::size_t> indexes;
    if (!concerns_message(query, record.record)) return indexes;
    for (std::size_t number = 1; number < record.parts.size(); ++number) {
        if (concerns_part(query, address, record, record.parts[number])) indexes.push_back(number - 1);
    }
    return indexes;
}

bool concerns(const EvidenceQuery& query, const AddressHash& address, const IndexedRecord& record) {
    if (record.parts.size() > 1) return !concerned_recipients(query, address, record).empty();
    return concerns_message(query, record.record) && concerns_part(query, address, record, PartIndex{});
}

CandidateQuery candidate_query(const EvidenceQuery& query, const AddressHash& address) {
    // The term that matches the fewest records leads (CROSS JOIN keeps the order); the others are
    // one look-up per record.
    struct Asked {
        TermKind kind;
        const std::string& value;
    };
    const std::string hash = query.address.empty() ? "" : std::string(address.begin(), address.end());
    const std::array<Asked, 6> every{{{TermKind::QueueId, query.queue_id},
                                      {TermKind::Address, hash},
                                      {TermKind::Domain, query.domain},
                                      {TermKind::Event, query.event},
                                      {TermKind::Outcome, query.outcome},
                                      {TermKind::Class, query.class_name}}};
    CandidateQuery candidates;
    std::string from;
    std::string where;
    for (const auto& [kind, value] : every) {
        if (value.empty()) continue;
        const bool leads = candidates.terms.empty();
        const std::string alias = "t" + std::to_string(candidates.terms.size());
        candidates.terms.push_back(term_value(kind, value));
        from += " CROSS JOIN term " + alias;
        where += " AND " + alias + ".segment = s.number AND " + alias + ".kind = " + std::to_string(static_cast<int>(kind)) + " AND " +
                 alias + ".value = ?" + std::to_string(3 + candidates.terms.size());
        if (leads) continue;
        where += " AND " + alias + ".time = t0.time AND " + alias + ".record = t0.record";
    }
    const bool by_term = !from.empty();
    const std::string time = by_term ? "t0.time" : "record.time";
    const std::string id = by_term ? "t0.record" : "record.id";
    candidates.sql = "SELECT " + id + " FROM " + (by_term ? "segment s" + from : "record") + " WHERE " + time +
                     " >= ?1 AND (" + time + ", " + id + ") < (?2, ?3)" + where +
                     (by_term ? std::string(kSegments) + " ORDER BY s.number DESC, " : " ORDER BY ") + time + " DESC, " + id +
                     " DESC";
    return candidates;
}

}  // namespace smarttls::store
