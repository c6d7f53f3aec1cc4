// SPDX-License-Identifier: Apache-2.0
//
// EvidenceReader: looks evidence up while another process writes it.
//
//     Result<EvidenceReader> reader = EvidenceReader::open(settings, private_keys);
//     auto found = reader->by_queue_id("4XyZ1k3Qz1z9");
//
// Without private keys ("") what is personal stays sealed: `shown` says so. The key of addresses is needed to search
// for one. Ownership: owns read-only connections. Threads: one thread.
// Errors: those of SQLite (sqlite.h); Misconfigured for a database newer than the program,
// Temporary for one that its writer has not upgraded yet. Nothing found is an empty vector.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"
#include "store/evidence_query.h"
#include "store/record_opener.h"
#include "store/sqlite.h"

namespace smarttls::store {

class EvidenceReader {
  public:
    [[nodiscard]] static Result<EvidenceReader> open(const policy::StoreSettings& settings,
                                                     const std::string& private_keys);

    /// In the order of time, newest last: an MTA may use a queue id again.
    [[nodiscard]] Result<std::vector<StoredEvidence>> by_queue_id(std::string_view queue_id);
    [[nodiscard]] Result<std::optional<StoredEvidence>> by_id(std::int64_t id);

    /// Newest first, at most `limit`. With `before_id` the page that follows the record of this id
    /// (none when the id is unknown).
    [[nodiscard]] Result<std::vector<StoredEvidence>> search(
        const EvidenceQuery& query, std::size_t limit,
        std::optional<std::int64_t> before_id = std::nullopt);

    /// What is kept of a record, as the log commits to it.
    struct Stored {
        StoredEvidence evidence;  // its facts
        std::string facts;
        std::vector<SealedPart> parts;
        std::vector<PartIndex> index;
        std::vector<std::string> verdicts;  // of the parts
    };
    [[nodiscard]] Result<std::optional<Stored>> load(std::int64_t id);
    [[nodiscard]] Result<std::vector<RevealedPart>> open_parts(const Stored& stored);

  private:
    struct Statements {
        Statement record;
        Statement parts;
    };
    EvidenceReader(Database database, Statements statements, std::optional<AddressKey> addresses, RecordOpener opener)
        : database_(std::move(database)),
          select_(std::move(statements)),
          addresses_(addresses),
          opener_(std::move(opener)) {}
    Result<void> load_parts(Stored& stored);
    /// With everything that may be shown.
    Result<StoredEvidence> reveal(Stored stored);
    /// The ids of `candidates`, loaded, while `query` wants them and `limit` is not reached.
    Result<std::vector<StoredEvidence>> collect(Statement& candidates, const EvidenceQuery& query,
                                                const AddressHash& address, std::size_t limit);
    [[nodiscard]] Result<AddressHash> hash_of(const std::string& address) const;

    Database database_;
    Statements select_;
    std::optional<AddressKey> addresses_;  // nothing when we may not read it
    RecordOpener opener_;
};

}  // namespace smarttls::store
