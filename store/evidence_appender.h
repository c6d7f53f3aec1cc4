// SPDX-License-Identifier: Apache-2.0
//
// append_evidence: for a program that has a record to add now and then, beside the milter, which writes all the time
// (evidence_writer.h).
//
//     Result<std::vector<std::int64_t>> ids = append_evidence(settings, records);   // all or none, durable
//
// The databases have to be there. Ids as EvidenceTable::append gives them. Threads: any. Errors: those of SQLite
// and of the keys.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"

namespace smarttls::store {

[[nodiscard]] Result<std::vector<std::int64_t>> append_evidence(const policy::StoreSettings& settings,
                                                                std::span<const EvidenceRecord> records);

}  // namespace smarttls::store
