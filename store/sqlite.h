// SPDX-License-Identifier: Apache-2.0
//
// Database, Statement and Transaction: SQLite as owned handles and Results. Nobody but sqlite.cc
// and sqlite_copy.cc includes sqlite3.h.
//
//     Result<Database> database = Database::open(path, OpenMode::ReadWrite);
//     Result<Statement> insert = database->prepare("INSERT INTO t VALUES (?1, ?2)");
//
// A database that may be written is in WAL mode with synchronous=FULL: a commit that returned
// success survives a power cut. Its file gets mode 0640; deleted content is overwritten.
// Ownership: handles; a Transaction borrows its Database, which must outlive it.
// Threads: one thread at a time uses a Database and its Statements.
// Errors: Temporary (busy, full, I/O, read-only, cannot open: may mend itself), Corrupt (damaged,
// or no database at all), Bug (everything else); `code` is SQLite's extended result code.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace smarttls::store {

using policy::Result;

enum class OpenMode {
    ReadWrite,  // created when it is missing
    Existing,   // read and write, never created
    ReadOnly,
};

class Statement {
  public:
    /// Parameters are numbered from 1. Text and blobs are copied.
    Result<void> bind(int index, std::int64_t value);
    Result<void> bind(int index, std::string_view text);
    Result<void> bind_blob(int index, std::span<const std::uint8_t> bytes);
    Result<void> bind_null(int index);

    /// Binds parameters 1, 2, ... in order.
    template <class... Values>
    Result<void> bind_all(const Values&... values) {
        Result<void> bound = policy::ok();
        int index = 0;
        ((bound = bound ? bind(++index, values) : bound), ...);
        return bound;
    }

    /// True: a row is there and the columns may be read. False: no more rows.
    Result<bool> step();
    /// A whole statement that has no rows; afterwards it can be bound and run again.
    Result<void> run();
    /// Ready to be bound and stepped again, without the values of the last time.
    void reset();

    /// Columns of the current row are numbered from 0. NULL reads as 0 or as nothing.
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::vector<std::uint8_t> blob(int column) const;
    /// The bytes of a text or blob as they lie there, until the next step.
    [[nodiscard]] std::span<const std::uint8_t> view(int column) const;

  private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    explicit Statement(sqlite3_stmt* statement) : handle_(statement) {}
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

class Database {
  public:
    [[nodiscard]] static Result<Database> open(const std::string& path, OpenMode mode);

    /// One or more statements whose rows, if any, are of no interest.
    Result<void> exec(const std::string& sql);
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    /// The first column of the first row; a statement without rows is a Bug.
    [[nodiscard]] Result<std::int64_t> query_integer(std::string_view sql);
    [[nodiscard]] Result<std::string> query_text(std::string_view sql);

    [[nodiscard]] std::int64_t last_insert_id() const;
    /// True between BEGIN and its end; SQLite ends a transaction by itself after some errors.
    [[nodiscard]] bool in_transaction() const;
    /// True when the path does not lead to the open file any more: what is written now is lost.
    [[nodiscard]] bool has_moved() const;
    /// Moves everything from the write-ahead log into the synced database file and empties the log. Temporary while
    /// others read or write.
    Result<void> checkpoint();
    /// Moves what can be moved without waiting for others or keeping them waiting; the log stays.
    Result<void> checkpoint_beside_others();

    // In sqlite_copy.cc.
    /// A copy as of one moment, while others write: a new file, synced, without a write-ahead log.
    [[nodiscard]] Result<void> copy_to(const std::string& path);
    /// Puts an end to the write-ahead log, if nobody else has the database open, and keeps all others out as long
    /// as this connection is open. Temporary: somebody has.
    [[nodiscard]] Result<void> take_alone();

  private:
    [[nodiscard]] static Result<void> roll_back(const std::string& path);
    struct Close {
        void operator()(sqlite3* database) const noexcept;
    };
    explicit Database(sqlite3* database) : handle_(database) {}
    Result<void> prepare_for_writing();
    Result<void> copy_into(const std::string& path);
    std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE: the write lock is taken at once, so nothing inside fails for want of it. What
/// is not committed is rolled back by the destructor.
class Transaction {
  public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    Result<void> commit();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;  // null when there is nothing left to roll back
};

}  // namespace smarttls::store
