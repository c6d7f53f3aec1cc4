// SPDX-License-Identifier: Apache-2.0
//
// PartEraser: takes parts of records out of evidence.db, with everything that stands there for them: ciphertext, index
// columns, the terms that no other part of the record has, mail in the outbox that names them, their copies of sealed
// messages, verdicts that nobody refers to any more. Digest and commitment stay, and every proof with them.
//
//     Result<PartEraser> eraser = PartEraser::prepare(database);       // inside a transaction
//     Result<std::vector<std::size_t>> gone = eraser->erase(record, {1});
//     eraser->messages()                       // sealed messages that nobody may pick up any more: key and file have to go
//
// What a record says of the message may name a recipient: the reply of a refused one, the target of an exception. There part
// 0 goes with each recipient. A part that is gone already is passed over.
// Ownership: borrows the database. Threads: one. Errors: those of SQLite, Corrupt.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/sqlite.h"

namespace smarttls::store {

class PartEraser {
  public:
    [[nodiscard]] static Result<PartEraser> prepare(Database& database);

    /// The numbers of the parts that are gone by this, ascending.
    [[nodiscard]] Result<RecordParts> erase(std::int64_t id, std::span<const std::size_t> numbers);
    /// The registers of sealed messages, by id.
    [[nodiscard]] Result<void> erase_messages(std::span<const std::string> ids);
    /// Whom an exception that has ended was for, and why.
    [[nodiscard]] Result<void> erase_exceptions(std::span<const std::int64_t> ids);
    [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

  private:
    struct Part {
        std::size_t number = 0;
        bool is_there = false;
        std::vector<std::uint8_t> address;
        std::string domain;
        std::string outcome;
        std::int64_t verdict = 0;
    };
    struct Record {
        std::int64_t id = 0;
        std::int64_t time = 0;
        RecordId uuid{};
        std::string event;
        std::string outcome;
        std::vector<Part> parts;
    };
    enum Sql : std::size_t;
    explicit PartEraser(std::vector<Statement> statements) : statements_(std::move(statements)) {}
    Result<Record> read(std::int64_t id);
    Result<void> read_parts(Record& record);
    Result<void> erase_part(const Record& record, const Part& part);
    Result<void> erase_terms(const Record& before, const Record& after);
    Result<void> erase_messages_of(const Record& record);
    Result<void> erase_verdict(std::int64_t id);
    Result<void> run(Sql sql, std::initializer_list<std::int64_t> values);

    std::vector<Statement> statements_;
    std::vector<std::string> messages_;
};

}  // namespace smarttls::store
