// SPDX-License-Identifier: Apache-2.0
//
// EvidenceQuery: what a search asks for. Empty members ask for nothing; the others hold together.
//
// A record is found when at least one of its recipients fulfils every condition (a record without
// recipients: when the message does). What is compared is what stands in clear beside the encrypted parts, so that whoever
// has no key finds the same. candidate_query() is the SQL that narrows ten million records to the few that are
// worth looking at.
// Threads: plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/record_preparer.h"

namespace smarttls::store {

struct EvidenceQuery {
    std::optional<EvidenceTime> since;  // this moment included
    std::optional<EvidenceTime> until;  // this moment excluded
    std::string class_name;
    std::string domain;   // of the recipient
    std::string address;  // of the recipient or the sender
    std::string queue_id;
    std::string outcome;  // of the recipient or the message
    std::string event = {};
};

/// A record by what can be seen of it without a key: `parts` as PreparedRecord has them.
struct IndexedRecord {
    const EvidenceRecord& record;
    const std::vector<PartIndex>& parts;
};

/// The recipients that the query asks for, as indexes; {} of a record without recipients, too. `address`: the hash
/// of the query's.
[[nodiscard]] std::vector<std::size_t> concerned_recipients(const EvidenceQuery& query, const AddressHash& address,
                                                            const IndexedRecord& record);

/// True when the record is to be found.
[[nodiscard]] bool concerns(const EvidenceQuery& query, const AddressHash& address, const IndexedRecord& record);

/// SELECT of ids of records, newest first. Parameters: ?1 least time; ?2, ?3 time and id before which
/// the search stays; ?4 and on: `terms`.
struct CandidateQuery {
    std::string sql;
    std::vector<std::string> terms;
};

[[nodiscard]] CandidateQuery candidate_query(const EvidenceQuery& query, const AddressHash& address);

}  // namespace smarttls::store
