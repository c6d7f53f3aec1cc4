// SPDX-License-Identifier: Apache-2.0
//
// Exceptions: those that people have made (policy/exception.h), as they stand in evidence.db. Each change
// is written with the record that proves it, in one transaction (EvidenceRecord::exception).
//
//     Result<Exceptions> exceptions = Exceptions::open(path);
//     Result<std::vector<policy::Exception>> now_in_force = exceptions->open_ones();
//
// Nothing is cached: who revokes one has its end in force with the next message. The open ones stand
// in an index of their own, so that ended ones cost nothing.
// Ownership: owns a read-only connection. Threads: one at a time. Errors: those of SQLite; Corrupt for
// a row that no program of ours wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/exception.h"
#include "store/sqlite.h"

namespace smarttls::store {

class Exceptions {
  public:
    [[nodiscard]] static Result<Exceptions> open(const std::string& path);

    /// Waiting and active ones; an end that has come is not noted yet in all of them (policy::covers).
    [[nodiscard]] Result<std::vector<policy::Exception>> open_ones();
    /// Of these, the ones whose end has come.
    [[nodiscard]] Result<std::vector<policy::Exception>> ended_by(policy::WallTime now);
    /// All of them, by id.
    [[nodiscard]] Result<std::vector<policy::Exception>> all();
    [[nodiscard]] Result<std::optional<policy::Exception>> find(std::int64_t id);
    /// The id for the next one. Of two who take the same at once the second gets an error.
    [[nodiscard]] Result<std::int64_t> next_id();

  private:
    explicit Exceptions(Database database) : database_(std::move(database)) {}
    Result<std::vector<policy::Exception>> select(std::string_view clause, std::int64_t value);
    static Result<std::vector<policy::Exception>> read_all(Statement& statement);

    Database database_;
    std::optional<Statement> open_ones_;  // prepared once, for each message asks; goes before its database
};

}  // namespace smarttls::store
