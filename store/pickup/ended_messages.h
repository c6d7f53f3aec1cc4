// SPDX-License-Identifier: Apache-2.0
//
// The end of sealed messages: the portal says in portal.db which have ended, and the milter, whose evidence and keys they
// are in, destroys them.
//
//     Result<std::vector<std::string>> ids = ended_messages(portal_database(directory));
//     Result<std::vector<std::string>> gone = destroy_messages(settings, *ids, config_version);
//
// A message for which somebody still waits for a person's release stays. Key, file (overwritten) and register go, and an
// erasure in the evidence tells of it, which a restore repeats (erasing.h). After a crash the next call finishes.
// Threads: any. Errors: those of SQLite, keys and files; no portal.db: nothing has ended.
#pragma once

#include <string>
#include <vector>

#include "policy/config.h"
#include "policy/result.h"

namespace smarttls::store {

[[nodiscard]] policy::Result<std::vector<std::string>> ended_messages(const std::string& portal_database);

/// Those that went; none when all were gone already.
[[nodiscard]] policy::Result<std::vector<std::string>> destroy_messages(const policy::StoreSettings& settings,
                                                                        const std::vector<std::string>& ids,
                                                                        const std::string& config_version);

}  // namespace smarttls::store
