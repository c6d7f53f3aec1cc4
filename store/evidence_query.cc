// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_query.h"

#include <algorithm>
#include <array>

#include "policy/text.h"
#include "store/evidence_schema.h"

namespace smarttls::store {
namespace {

using policy::equal_ignoring_case;

bool admits(const std::string& asked, const std::string& value) {
    return asked.empty() || equal_ignoring_case(asked, value);
}

bool concerns_message(const EvidenceQuery& query, const EvidenceRecord& record) {
    return (!query.since || record.time >= *query.since) &&
           (!query.until || record.time < *query.until) &&
           admits(query.class_name, record.class_name) &&
           (query.queue_id.empty() || query.queue_id == record.queue_id);
}

}  // namespace

bool concerns(const EvidenceQuery& query, const EvidenceRecord& record,
              const RecipientEvidence& recipient) {
    return concerns_message(query, record) && admits(query.domain, recipient.domain) &&
           (admits(query.address, recipient.address) || admits(query.address, record.sender)) &&
           (admits(query.outcome, recipient.outcome) || admits(query.outcome, record.outcome));
}

std::vector<std::size_t> concerned_recipients(const EvidenceQuery& query,
                                              const EvidenceRecord& record) {
    std::vector<std::size_t> indexes;
    for (std::size_t index = 0; index < record.recipients.size(); ++index) {
        if (concerns(query, record, record.recipients[index])) indexes.push_back(index);
    }
    return indexes;
}

bool concerns(const EvidenceQuery& query, const EvidenceRecord& record) {
    if (record.recipients.empty()) return concerns(query, record, RecipientEvidence{});
    return !concerned_recipients(query, record).empty();
}

CandidateQuery candidate_query(const EvidenceQuery& query) {
    // The term that matches the fewest records leads (CROSS JOIN keeps the order); the others are
    // one look-up per record.
    struct Asked {
        TermKind kind;
        const std::string& value;
    };
    const std::array<Asked, 5> every{{{TermKind::QueueId, query.queue_id},
                                      {TermKind::Address, query.address},
                                      {TermKind::Domain, query.domain},
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
        from += (leads ? "term " : " CROSS JOIN term ") + alias;
        where += " AND " + alias + ".kind = " + std::to_string(static_cast<int>(kind)) + " AND " +
                 alias + ".value = ?" + std::to_string(3 + candidates.terms.size());
        if (leads) continue;
        where += " AND " + alias + ".time = t0.time AND " + alias + ".evidence = t0.evidence";
    }
    const bool by_term = !from.empty();
    const std::string time = by_term ? "t0.time" : "evidence.time";
    const std::string id = by_term ? "t0.evidence" : "evidence.id";
    candidates.sql = "SELECT " + id + " FROM " + (by_term ? from : "evidence") + " WHERE " + time +
                     " >= ?1 AND (" + time + ", " + id + ") < (?2, ?3)" + where + " ORDER BY " +
                     time + " DESC, " + id + " DESC";
    return candidates;
}

}  // namespace smarttls::store
