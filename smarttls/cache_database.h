// SPDX-License-Identifier: Apache-2.0
//
// The file of `[engine] cache-file`: how it is opened, and the tables that verdict_archive.h and
// sts/archive.h keep in it.
//
//     Result<store::Database> database = open_cache_database(path);
//
// What is not ours is never written to: another program's database, or one of a newer version of
// this program, is refused. Threads: as store::Database. Errors: those of store::Database; Misconfigured.
#pragma once

#include <string>

#include "store/sqlite.h"

namespace smarttls::engine {

/// To write; created when it is missing.
[[nodiscard]] policy::Result<store::Database> open_cache_database(const std::string& path);

/// To read, beside the one that writes.
[[nodiscard]] policy::Result<store::Database> read_cache_database(const std::string& path);

}  // namespace smarttls::engine
