// SPDX-License-Identifier: Apache-2.0
//
// EvidenceReader: looks evidence up while another process writes it.
//
//     Result<EvidenceReader> reader = EvidenceReader::open(path);
//     auto found = reader->by_queue_id("4XyZ1k3Qz1z9");
//
// Ownership: owns a read-only connection. Threads: one thread.
// Errors: those of SQLite (sqlite.h); Misconfigured for a database newer than the program,
// Temporary for one that its writer has not upgraded yet. Nothing found is an empty vector.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/evidence.h"
#include "store/evidence_query.h"
#include "store/sqlite.h"

namespace smarttls::store {

class EvidenceReader {
  public:
    [[nodiscard]] static Result<EvidenceReader> open(const std::string& path);

    /// In the order of time, newest last: an MTA may use a queue id again.
    [[nodiscard]] Result<std::vector<StoredEvidence>> by_queue_id(std::string_view queue_id);

    /// Newest first, at most `limit`. With `before_id` the page that follows the record of this id
    /// (none when the id is unknown).
    [[nodiscard]] Result<std::vector<StoredEvidence>> search(
        const EvidenceQuery& query, std::size_t limit,
        std::optional<std::int64_t> before_id = std::nullopt);

  private:
    EvidenceReader(Database database, Statement evidence, Statement recipients)
        : database_(std::move(database)),
          select_evidence_(std::move(evidence)),
          select_recipients_(std::move(recipients)) {}
    /// The record, or none when there is no such id.
    Result<std::optional<StoredEvidence>> load(std::int64_t id);
    Result<void> load_recipients(StoredEvidence& evidence);
    /// The ids of `candidates`, loaded, while `query` wants them and `limit` is not reached.
    Result<std::vector<StoredEvidence>> collect(Statement& candidates, const EvidenceQuery& query,
                                                std::size_t limit);

    Database database_;
    Statement select_evidence_;
    Statement select_recipients_;
};

}  // namespace smarttls::store
