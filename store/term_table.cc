// SPDX-License-Identifier: Apache-2.0
#include "store/term_table.h"

#include "store/log/hash.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kInsertTerm =
    "INSERT INTO term (segment, kind, value, time, record) VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr std::string_view kNewest = "SELECT number, start, first FROM segment ORDER BY number DESC LIMIT 1";
constexpr std::string_view kLatest = "SELECT max(time) FROM record";
constexpr std::string_view kBegin = "INSERT INTO segment (number, start, first) VALUES (?1, ?2, ?3)";
constexpr std::string_view kByTime = "SELECT number FROM segment WHERE start <= ?1 ORDER BY start DESC LIMIT 1";

/// The first column of the row that there has to be.
Result<std::int64_t> number_from(Statement& select) {
    const Result<bool> row = select.step();
    const std::int64_t number = row && *row ? select.integer(0) : 0;
    select.reset();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return policy::fail(policy::ErrorKind::Corrupt, "no segment is there");
    return number;
}

}  // namespace

Result<TermTable> TermTable::prepare(Database& database) {
    std::vector<Statement> prepared;
    for (const std::string_view sql : {kInsertTerm, kNewest, kLatest, kBegin, kByTime}) {
        Result<Statement> statement = database.prepare(sql);
        if (!statement) return because(statement, "terms");
        prepared.push_back(*std::move(statement));
    }
    return TermTable({std::move(prepared[0]), std::move(prepared[1]), std::move(prepared[2]), std::move(prepared[3]),
                      std::move(prepared[4])});
}

Result<void> TermTable::take_up() {
    Statement& select = statements_.newest;
    const Result<bool> row = select.step();
    if (row && *row) newest_ = {select.integer(0), select.integer(1), select.integer(2)};
    select.reset();
    if (!row) return because(row, "segments");
    return *row ? ok() : policy::fail(policy::ErrorKind::Corrupt, "no segment is there");
}

Result<void> TermTable::insert(const Terms& terms, std::int64_t time, std::int64_t record) {
    const auto segment = segment_of(time, record);
    if (!segment) return because(segment, "segment");
    for (const auto& [kind, value] : terms) {
        auto bound = statements_.term.bind_all(*segment, static_cast<std::int64_t>(kind));
        if (bound) bound = statements_.term.bind_blob(3, bytes_of(value));
        if (bound) bound = statements_.term.bind(4, time);
        if (bound) bound = statements_.term.bind(5, record);
        if (bound) bound = statements_.term.run();
        if (!bound) return bound;
    }
    return ok();
}

Result<std::int64_t> TermTable::segment_of(std::int64_t time, std::int64_t record) {
    if (record - newest_.first >= kSegmentRecords) {
        if (auto begun = begin(time, record); !begun) return tl::unexpected(begun.error());
    }
    if (time >= newest_.start) return newest_.number;
    if (auto bound = statements_.by_time.bind(1, time); !bound) return tl::unexpected(bound.error());
    return number_from(statements_.by_time);
}

/// Not while a record stands there that is later: the clock may have been wrong.
Result<void> TermTable::begin(std::int64_t time, std::int64_t record) {
    const auto latest = number_from(statements_.latest);
    if (!latest) return tl::unexpected(latest.error());
    if (*latest >= time) return ok();
    if (auto bound = statements_.begin.bind_all(newest_.number + 1, time, record); !bound) return bound;
    if (auto begun = statements_.begin.run(); !begun) return begun;
    newest_ = {newest_.number + 1, time, record};
    return ok();
}

}  // namespace smarttls::store
