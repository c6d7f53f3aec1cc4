// SPDX-License-Identifier: Apache-2.0
//
// Where evidence.db names people in clear: mail of our own that is not sent yet, and exceptions.
//
//     Result<std::vector<std::int64_t>> ended = exceptions_that_name(database, "bob@example.nl");
//     Result<void> removed = remove_mail_that_names(database, "bob@example.nl");
//
// An address is the same whatever the case of its letters, and no part of another: "bob@example.nl" does not stand in
// "jacob@example.nl". Threads: one. Errors: those of SQLite; Permanent for an exception that is in force.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/sqlite.h"

namespace smarttls::store {

[[nodiscard]] bool names_address(std::string_view text, std::string_view address);

/// Those that have ended; while one is in force an error that says how it is ended.
[[nodiscard]] Result<std::vector<std::int64_t>> exceptions_that_name(Database& database, std::string_view address);
[[nodiscard]] Result<void> remove_mail_that_names(Database& database, std::string_view address);

}  // namespace smarttls::store
