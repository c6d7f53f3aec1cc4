// SPDX-License-Identifier: Apache-2.0
//
// TermTable: by what records are found, written in segments of time. Hashes of addresses come in any order: in one index
// over everything each would touch a page of its own, and appending would slow down as the evidence grows. A new segment
// begins with the first record that is later than all others once the newest has enough; so a search that asks one
// segment after the other sees the order of time, and a time says by itself in which segment it stands.
//
//     Result<TermTable> terms = TermTable::prepare(database);
//     terms->take_up();                       // in each transaction: others may have begun a segment
//     terms->insert(prepared.terms, time, id);           // before the row of the record
//
// Ownership: statements of the database, which must outlive it. Threads: one. Errors: those of SQLite (sqlite.h).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/evidence_schema.h"
#include "store/sqlite.h"

namespace smarttls::store {

/// A few megabytes of index; a thousand segments of ten million records, of which each costs a search one descent.
inline constexpr std::int64_t kSegmentRecords = 10'000;

class TermTable {
  public:
    using Terms = std::vector<std::pair<TermKind, std::string>>;

    [[nodiscard]] static Result<TermTable> prepare(Database& database);

    [[nodiscard]] Result<void> take_up();
    [[nodiscard]] Result<void> insert(const Terms& terms, std::int64_t time, std::int64_t record);

  private:
    struct Statements {
        Statement term;
        Statement newest;
        Statement latest;
        Statement begin;
        Statement by_time;
    };
    struct Segment {
        std::int64_t number = 0;
        std::int64_t start = 0;
        std::int64_t first = 0;
    };
    explicit TermTable(Statements statements) : statements_(std::move(statements)) {}
    [[nodiscard]] Result<std::int64_t> segment_of(std::int64_t time, std::int64_t record);
    Result<void> begin(std::int64_t time, std::int64_t record);

    Statements statements_;
    Segment newest_;
};

}  // namespace smarttls::store
