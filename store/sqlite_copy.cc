// SPDX-License-Identifier: Apache-2.0
//
// SQLite's online backup (https://www.sqlite.org/backup.html).
#include <sqlite3.h>
#include <unistd.h>

#include "store/sqlite.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

/// All pages in one step: a step that ends lets others write, and the copy would have to begin anew.
Result<void> copy_pages(sqlite3* from, sqlite3* to) {
    sqlite3_backup* const backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup != nullptr) {
        sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup);  // repeats the error of the step
    }
    const int code = sqlite3_errcode(to);
    if (code == SQLITE_OK) return ok();
    const std::string what = sqlite3_errmsg(to);
    return fail(ErrorKind::Temporary, "while copying: " + what, code);
}

}  // namespace

Result<void> Database::copy_to(const std::string& path) {
    if (auto copied = copy_into(path); !copied) return copied;
    // Databases that are written keep their logs, here an empty one.
    for (const char* suffix : {"-wal", "-shm"}) ::unlink((path + suffix).c_str());
    return ok();
}

Result<void> Database::copy_into(const std::string& path) {
    auto copy = Database::open(path, OpenMode::ReadWrite);  // makes the file with its mode
    if (!copy) return because(copy, "copy");
    if (auto alone = copy->exec("PRAGMA journal_mode = DELETE"); !alone) return because(alone, "copy");
    if (auto copied = copy_pages(handle_.get(), copy->handle_.get()); !copied) return because(copied, path);
    // The pages say that there is a write-ahead log; a copy is one file.
    const auto mode = copy->query_text("PRAGMA journal_mode = DELETE");
    if (!mode) return because(mode, path);
    if (*mode == "delete") return ok();
    return fail(ErrorKind::Temporary, path + " cannot do without a write-ahead log: its mode is " + *mode);
}

Result<void> Database::take_alone() {
    const auto mode = query_text("PRAGMA journal_mode = DELETE");
    if (!mode) return because(mode, "somebody else has it open");
    if (*mode != "delete") return fail(ErrorKind::Temporary, "somebody else has it open");
    if (auto begun = exec("BEGIN EXCLUSIVE"); !begun) return because(begun, "somebody else has it open");
    return ok();
}

}  // namespace smarttls::store
