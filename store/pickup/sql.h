// SPDX-License-Identifier: Apache-2.0
//
// One statement in one line, for tables that are used now and then, so that none is kept prepared.
//
//     run(database, "DELETE FROM token WHERE pickup = ?1", pickup);
//     Result<std::vector<std::int64_t>> ids = select(database, "SELECT ...", read_id, Blob(hash));
//
// Threads: as Database. Errors: those of SQLite.
#pragma once

#include <optional>
#include <vector>

#include "store/evidence.h"
#include "store/sqlite.h"

namespace smarttls::store {

/// A value that is bytes; nothing is NULL.
struct Blob {
    explicit Blob(std::span<const std::uint8_t> content) : bytes(content) {}
    std::span<const std::uint8_t> bytes;
};

namespace sql {

inline Result<void> put(Statement& statement, int index, const Blob& value) {
    return value.bytes.empty() ? statement.bind_null(index) : statement.bind_blob(index, value.bytes);
}
inline Result<void> put(Statement& statement, int index, EvidenceTime value) {
    return statement.bind(index, std::int64_t{value.time_since_epoch().count()});
}
inline Result<void> put(Statement& statement, int index, std::int64_t value) { return statement.bind(index, value); }
inline Result<void> put(Statement& statement, int index, std::string_view value) { return statement.bind(index, value); }

template <class... Values>
Result<Statement> prepare(Database& database, std::string_view text, const Values&... values) {
    Result<Statement> statement = database.prepare(text);
    Result<void> bound = policy::ok();
    int index = 0;
    if (statement) ((bound = bound ? put(*statement, ++index, values) : bound), ...);
    if (!bound) return tl::unexpected(bound.error());
    return statement;
}

}  // namespace sql

inline EvidenceTime time_at(const Statement& statement, int column) {
    return EvidenceTime(std::chrono::milliseconds(statement.integer(column)));
}

template <class... Values>
Result<void> run(Database& database, std::string_view text, const Values&... values) {
    Result<Statement> statement = sql::prepare(database, text, values...);
    if (!statement) return tl::unexpected(statement.error());
    return statement->run();
}

/// `read`: from the current row of a statement to a Result.
template <class Read, class... Values>
auto select(Database& database, std::string_view text, Read read, const Values&... values)
    -> Result<std::vector<typename std::invoke_result_t<Read, Statement&>::value_type>> {
    using Row = typename std::invoke_result_t<Read, Statement&>::value_type;
    Result<Statement> statement = sql::prepare(database, text, values...);
    if (!statement) return tl::unexpected(statement.error());
    std::vector<Row> rows;
    Result<bool> there = statement->step();
    for (; there && *there; there = statement->step()) {
        auto row = read(*statement);
        if (!row) return tl::unexpected(row.error());
        rows.push_back(*std::move(row));
    }
    if (!there) return tl::unexpected(there.error());
    return rows;
}

/// The first row, if there is one.
template <class Read, class... Values>
auto select_one(Database& database, std::string_view text, Read read, const Values&... values)
    -> Result<std::optional<typename std::invoke_result_t<Read, Statement&>::value_type>> {
    auto rows = select(database, text, read, values...);
    if (!rows) return tl::unexpected(rows.error());
    using Row = typename std::invoke_result_t<Read, Statement&>::value_type;
    if (rows->empty()) return std::optional<Row>{};
    return std::optional<Row>(std::move(rows->front()));
}

inline Result<std::int64_t> read_integer(Statement& row) { return row.integer(0); }

}  // namespace smarttls::store
