// SPDX-License-Identifier: Apache-2.0
#include "store/exceptions.h"

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "cannot read the exceptions";
constexpr std::string_view kSelect =
    "SELECT id, target, class, level, grade, nta_record, consumer, reason, ticket, owner, created, created_by,"
    " until, approved_by, state, ended_by, end_reason FROM exception ";

policy::WallTime time_of(std::int64_t seconds) { return policy::WallTime(std::chrono::seconds(seconds)); }

Result<policy::Exception> read(const Statement& row) {
    policy::Exception one;
    one.id = row.integer(0);
    one.target = row.text(1);
    one.class_name = row.text(2);
    one.waiver = {policy::parse_floor(row.text(3)), row.integer(4) != 0, row.integer(5) != 0,
                  row.integer(6) != 0};
    one.reason = row.text(7);
    one.ticket = row.text(8);
    one.owner = row.text(9);
    one.created = time_of(row.integer(10));
    one.created_by = row.text(11);
    one.until = time_of(row.integer(12));
    one.approved_by = row.text(13);
    const auto state = policy::parse_exception_state(row.text(14));
    if (!state || (!one.waiver.level && !row.text(3).empty())) {
        return policy::fail(policy::ErrorKind::Corrupt,
                            "exception " + std::to_string(one.id) + " has a state or level that is unknown");
    }
    one.state = *state;
    one.ended_by = row.text(15);
    one.end_reason = row.text(16);
    return one;
}

}  // namespace

Result<Exceptions> Exceptions::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    auto same = require_version(*database, evidence_migrations().size());
    if (!same) return because(same, kContext);
    return Exceptions(*std::move(database));
}

Result<std::vector<policy::Exception>> Exceptions::open_ones() {
    if (!open_ones_) {
        Result<Statement> statement = database_.prepare(std::string(kSelect).append("WHERE state IN ('waiting', 'active') ORDER BY id"));
        if (!statement) return because(statement, kContext);
        open_ones_ = *std::move(statement);
    }
    auto found = read_all(*open_ones_);
    open_ones_->reset();  // or the reading of this moment would go on
    return found;
}

Result<std::vector<policy::Exception>> Exceptions::ended_by(policy::WallTime now) {
    return select("WHERE state IN ('waiting', 'active') AND until <= ?1 ORDER BY id",
                  now.time_since_epoch().count());
}

Result<std::vector<policy::Exception>> Exceptions::all() { return select("WHERE ?1 = ?1 ORDER BY id", 0); }

Result<std::optional<policy::Exception>> Exceptions::find(std::int64_t id) {
    auto found = select("WHERE id = ?1", id);
    if (!found) return tl::unexpected(found.error());
    if (found->empty()) return std::optional<policy::Exception>{};
    return std::optional(std::move(found->front()));
}

Result<std::int64_t> Exceptions::next_id() {
    auto id = database_.query_integer("SELECT coalesce(max(id), 0) + 1 FROM exception");
    if (!id) return because(id, kContext);
    return id;
}

Result<std::vector<policy::Exception>> Exceptions::select(std::string_view clause, std::int64_t value) {
    Result<Statement> statement = database_.prepare(std::string(kSelect).append(clause));
    if (!statement) return because(statement, kContext);
    if (auto bound = statement->bind(1, value); !bound) return because(bound, kContext);
    return read_all(*statement);
}

Result<std::vector<policy::Exception>> Exceptions::read_all(Statement& statement) {
    std::vector<policy::Exception> found;
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
        auto one = read(statement);
        if (!one) return because(one, kContext);
        found.push_back(*std::move(one));
    }
    if (!row) return because(row, kContext);
    return found;
}

}  // namespace smarttls::store
