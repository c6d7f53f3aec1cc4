// SPDX-License-Identifier: Apache-2.0
//
// bundle_of: records of the evidence as a bundle (log/bundle.h), with proofs that lead to a checkpoint.
//
//     Result<ExportedBundle> exported = bundle_of(ids, *checkpoint, reader, database);
//
// A part that the reader has no key for goes as its digest and commitment, like one that is erased: the proof is the
// same, its text is not there. Verdicts come with the readable parts that name them.
// Ownership: borrows reader and database. Threads: one. Errors: those of SQLite and of the keys; Corrupt for a record that is
// not what the log commits to; Permanent for one that is not there, or not in the checkpoint.
#pragma once

#include <cstdint>
#include <vector>

#include "store/checkpoints.h"
#include "store/evidence_reader.h"
#include "store/log/bundle.h"

namespace smarttls::store {

struct ExportedBundle {
    Bundle bundle;
    std::size_t readable = 0;  // parts
    std::size_t sealed = 0;
    std::size_t erased = 0;
};

/// `ids`: of records, each once.
[[nodiscard]] Result<ExportedBundle> bundle_of(std::vector<std::int64_t> ids, const StoredCheckpoint& checkpoint,
                                               EvidenceReader& reader, Database& database);

}  // namespace smarttls::store
