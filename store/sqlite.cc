// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr mode_t kFileMode = 0640;
constexpr int kBusyWaitMilliseconds = 2000;

std::string error_text(int number) {
    return std::generic_category().message(number);
}

ErrorKind kind_of(int code) {
    switch (code & 0xff) {  // the primary code: https://www.sqlite.org/rescode.html
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:  // lost a race for the locks of the write-ahead log
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
            return ErrorKind::Temporary;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorKind::Corrupt;
        default:
            return ErrorKind::Bug;
    }
}

/// The error of the last call on this connection.
tl::unexpected<policy::Error> failure(sqlite3* database) {
    const int code = sqlite3_extended_errcode(database);
    std::string what = sqlite3_errmsg(database);
    const int primary = code & 0xff;
    const bool has_cause = primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR;
    if (const int cause = sqlite3_system_errno(database); has_cause && cause != 0) {
        what += " (" + error_text(cause) + ")";
    }
    return fail(kind_of(code), std::move(what), code);
}

Result<void> checked(sqlite3_stmt* statement, int code) {
    if (code == SQLITE_OK) return ok();
    return failure(sqlite3_db_handle(statement));
}

/// SQLite creates 0644. The log and the index beside the database inherit the mode of its file.
/// O_EXCL: closing a second descriptor of an open database would drop the process's locks on it.
Result<void> create_file(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
    if (file < 0 && errno == EEXIST) return ok();
    if (file < 0) {
        const int cause = errno;
        return fail(ErrorKind::Temporary, "cannot create it (" + error_text(cause) + ")", cause);
    }
    const bool masked = ::fchmod(file, kFileMode) != 0;  // whatever the umask
    const int cause = errno;
    ::close(file);
    if (masked) return fail(ErrorKind::Temporary, "cannot set its mode", cause);
    return ok();
}

/// Before the first connection. Statistics of memory, which nobody reads, would be counted under one lock for all threads.
void configure_library() {
    static const int kDone = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(kDone);
}

int flags_of(OpenMode mode) {
    constexpr int kAlways = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    return kAlways | (mode == OpenMode::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

Result<void> Statement::bind(int index, std::int64_t value) {
    return checked(handle_.get(), sqlite3_bind_int64(handle_.get(), index, value));
}

Result<void> Statement::bind(int index, std::string_view text) {
    // A null pointer would bind NULL; the empty text is a text.
    const char* begin = text.data() == nullptr ? "" : text.data();
    return checked(handle_.get(), sqlite3_bind_text64(handle_.get(), index, begin, text.size(),
                                                      SQLITE_TRANSIENT, SQLITE_UTF8));
}

Result<void> Statement::bind_blob(int index, std::span<const std::uint8_t> bytes) {
    if (bytes.empty())
        return checked(handle_.get(), sqlite3_bind_zeroblob(handle_.get(), index, 0));
    return checked(handle_.get(), sqlite3_bind_blob64(handle_.get(), index, bytes.data(),
                                                      bytes.size(), SQLITE_TRANSIENT));
}

Result<void> Statement::bind_null(int index) {
    return checked(handle_.get(), sqlite3_bind_null(handle_.get(), index));
}

Result<bool> Statement::step() {
    switch (sqlite3_step(handle_.get())) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            return failure(sqlite3_db_handle(handle_.get()));
    }
}

Result<void> Statement::run() {
    const Result<bool> stepped = step();
    reset();
    if (!stepped) return because(stepped, "while executing a statement");
    if (*stepped) return fail(ErrorKind::Bug, "rows come from a statement that should have none");
    return ok();
}

void Statement::reset() {
    sqlite3_reset(handle_.get());  // repeats the error of the last step, which was told then
    sqlite3_clear_bindings(handle_.get());
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string Statement::text(int column) const {
    const unsigned char* begin = sqlite3_column_text(handle_.get(), column);
    if (begin == nullptr) return {};
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return {reinterpret_cast<const char*>(begin), size};
}

std::vector<std::uint8_t> Statement::blob(int column) const {
    const auto* begin =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
    if (begin == nullptr) return {};
    return {begin, begin + sqlite3_column_bytes(handle_.get(), column)};
}

std::span<const std::uint8_t> Statement::view(int column) const {
    const auto* begin =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
    if (begin == nullptr) return {};
    return {begin, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void Database::Close::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

/// Takes back what somebody was killed in the middle of, outside of the write-ahead log (sqlite_copy.cc): a reader's
/// connection cannot, whoever may write can.
Result<void> Database::roll_back(const std::string& path) {
    sqlite3* raw = nullptr;
    sqlite3_open_v2(path.c_str(), &raw, flags_of(OpenMode::Existing), nullptr);
    Database database(raw);
    if (raw == nullptr) return fail(ErrorKind::Temporary, "no memory");
    sqlite3_busy_timeout(raw, kBusyWaitMilliseconds);
    const auto read = database.query_integer("PRAGMA schema_version");
    if (read) return ok();
    return because(Result<void>(tl::unexpected(read.error())), "what was interrupted in it has to be taken back by who may write to it");
}

Result<Database> Database::open(const std::string& path, OpenMode mode) {
    configure_library();
    const std::string context = "database " + path;
    if (mode == OpenMode::ReadWrite) {
        if (auto created = create_file(path); !created) return because(created, context);
    }
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags_of(mode), nullptr);
    Database database(raw);  // there is a handle after most failures, too
    if (raw == nullptr) return fail(ErrorKind::Temporary, context + ": no memory", code);
    if (code != SQLITE_OK) return because(Result<void>(failure(raw)), context);
    sqlite3_busy_timeout(raw, kBusyWaitMilliseconds);
    // SQLite reads nothing before the first statement; what is no database has to show itself here.
    auto read = database.query_integer("PRAGMA schema_version");
    if (!read && (read.error().code & 0xff) == SQLITE_READONLY) {
        if (auto rolled_back = roll_back(path); !rolled_back) return because(rolled_back, context);
        read = database.query_integer("PRAGMA schema_version");
    }
    if (!read) return because(read, context);
    if (mode != OpenMode::ReadOnly) {
        if (auto set = database.prepare_for_writing(); !set) return because(set, context);
    }
    return database;
}

Result<void> Database::prepare_for_writing() {
    const Result<std::string> journal = query_text("PRAGMA journal_mode = WAL");
    if (!journal) return because(journal, "while turning the write-ahead log on");
    if (*journal != "wal") {
        return fail(ErrorKind::Misconfigured, "its file system cannot hold a write-ahead log");
    }
    // The log stays after the last close: a reader that may not create it could not open otherwise.
    int persist = 1;
    sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
    return exec(
        "PRAGMA synchronous = FULL;"
        "PRAGMA secure_delete = ON;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA journal_size_limit = 0");  // no residue in the log after it was checkpointed
}

Result<void> Database::exec(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK)
        return ok();
    return failure(handle_.get());
}

Result<Statement> Database::prepare(std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (code != SQLITE_OK) return failure(handle_.get());
    if (raw == nullptr) return fail(ErrorKind::Bug, "the statement is empty");
    return Statement(raw);
}

Result<std::int64_t> Database::query_integer(std::string_view sql) {
    Result<Statement> statement = prepare(sql);
    if (!statement) return because(statement, "while preparing a query");
    const Result<bool> row = statement->step();
    if (!row) return because(row, "while reading");
    if (!*row) return fail(ErrorKind::Bug, "the query has no rows");
    return statement->integer(0);
}

Result<std::string> Database::query_text(std::string_view sql) {
    Result<Statement> statement = prepare(sql);
    if (!statement) return because(statement, "while preparing a query");
    const Result<bool> row = statement->step();
    if (!row) return because(row, "while reading");
    if (!*row) return fail(ErrorKind::Bug, "the query has no rows");
    return statement->text(0);
}

std::int64_t Database::last_insert_id() const {
    return sqlite3_last_insert_rowid(handle_.get());
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

bool Database::has_moved() const {
    int moved = 0;
    sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return moved != 0;
}

Result<void> Database::checkpoint() {
    const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
    if (code == SQLITE_OK) return ok();
    return because(Result<void>(failure(handle_.get())), "while emptying the write-ahead log");
}

Result<void> Database::checkpoint_beside_others() {
    const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               nullptr, nullptr);
    if (code == SQLITE_OK || code == SQLITE_BUSY) return ok();
    return because(Result<void>(failure(handle_.get())), "while writing the write-ahead log back");
}

Result<Transaction> Transaction::begin(Database& database) {
    if (auto begun = database.exec("BEGIN IMMEDIATE"); !begun) {
        return because(begun, "while beginning a transaction");
    }
    return Transaction(database);
}

Transaction::~Transaction() {
    // A failed ROLLBACK has nobody to tell; closing the connection rolls back as well.
    if (database_ != nullptr && database_->in_transaction()) (void)database_->exec("ROLLBACK");
}

Result<void> Transaction::commit() {
    if (database_ == nullptr) return fail(ErrorKind::Bug, "the transaction has ended");
    if (auto committed = database_->exec("COMMIT"); !committed) {
        return because(committed, "while committing");
    }
    database_ = nullptr;
    return ok();
}

}  // namespace smarttls::store
