// SPDX-License-Identifier: Apache-2.0
//
// Erasing: what erasure, retention and the time after a restore have in common. One run is one transaction of
// evidence.db; inside it, in this order: parts are chosen and taken out, their keys are destroyed (a transaction of
// the keys database), sealed files are removed, and the record that tells of it is appended. A crash before the
// commit leaves what was chosen in its place, though it cannot be read any more: the next run chooses it
// again and finishes. After the commit nothing is left to choose, so nothing is told twice.
//
//     Result<Erasing> erasing = Erasing::open(settings);
//     Result<Erasure> gone = erasing->run(choose, tell);
//     erasing->empty_logs();              // until then the write-ahead logs hold what was overwritten
//     erasing->remove_residue(hash);      // and pages of the database what was moved once (residue.h)
//
// Ownership: owns the connections. Threads: one. Errors: those of SQLite, keys and files; Corrupt.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/config.h"
#include "store/evidence_table.h"
#include "store/message_keys.h"
#include "store/record_preparer.h"

namespace smarttls::store {

struct PartChoice {
    std::int64_t record = 0;
    std::vector<std::size_t> numbers;
};

/// What is to go.
struct Choice {
    std::vector<PartChoice> parts;
    std::vector<std::string> messages;
    std::vector<std::int64_t> exceptions;
    std::vector<RecordParts> keys;  // beside those of `parts`: of what evidence.db has no content any more
    std::vector<std::string> ended = {};  // sealed messages that nobody picks up any more: gone by themselves, and told of
};

class Erasing {
  public:
    using Choose = std::function<Result<Choice>(Database&)>;
    /// The record that tells of it; nothing for none. Not asked when nothing was there to go.
    using Tell = std::function<std::optional<EvidenceRecord>(const Erasure&)>;

    /// The databases have to be there.
    [[nodiscard]] static Result<Erasing> open(const policy::StoreSettings& settings);

    /// What went.
    [[nodiscard]] Result<Erasure> run(const Choose& choose, const Tell& tell);
    [[nodiscard]] Result<void> empty_logs();
    /// After that: no copy of `bytes`, which nothing refers to any more, is in the free space of a page. Rebuilds the
    /// evidence when there is one.
    [[nodiscard]] Result<void> remove_residue(std::span<const std::uint8_t> bytes);
    [[nodiscard]] const AddressKey& addresses() const { return preparer_.addresses(); }
    [[nodiscard]] MessageKeys& keys() { return keys_; }

  private:
    Erasing(const policy::StoreSettings& settings, RecordPreparer preparer, EvidenceTable table, MessageKeys keys)
        : evidence_(settings.evidence),
          sealed_(settings.sealed),
          preparer_(std::move(preparer)),
          table_(std::move(table)),
          keys_(std::move(keys)) {}
    Result<Erasure> take_out(Database& database, const Choice& choice);
    Result<void> destroy(const Erasure& gone, const Choice& choice, const std::vector<PreparedRecord>& told);

    std::string evidence_;
    std::string sealed_;
    RecordPreparer preparer_;
    EvidenceTable table_;
    MessageKeys keys_;
};

}  // namespace smarttls::store
