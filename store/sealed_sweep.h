// SPDX-License-Identifier: Apache-2.0
//
// sweep_sealed: removes the files of sealed messages that nobody knows of: a crash struck between
// their last byte and the commit, and whoever submitted them was never told "yes".
//
//     Result<int> removed = sweep_sealed(directory, evidence_path);    // before the first message
//
// Threads: one, while nobody writes into the directory. Errors: those of the directory and of SQLite;
// when the register cannot be read, nothing is removed.
#pragma once

#include <string>

#include "policy/result.h"

namespace smarttls::store {

/// How many files it were.
[[nodiscard]] policy::Result<int> sweep_sealed(const std::string& directory,
                                               const std::string& evidence_path);

}  // namespace smarttls::store
