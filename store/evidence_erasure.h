// SPDX-License-Identifier: Apache-2.0
//
// Erasure of what the evidence holds about one person, or about one message (GDPR article 17). Keys are destroyed, a
// tombstone (kErasure) is appended, and every proof stays valid (erasing.h, part_eraser.h).
//
//     Result<ErasureCount> found = count_for_erasure(settings, order);         // to be confirmed by a person
//     Result<ErasureCount> done = erase_evidence(settings, order);             // again after a crash: it finishes
//     Result<ErasureCount> again = repeat_erasures(settings, tombstones);      // after a restore
//
// About a person is, where he is a recipient, that part of the record, where he is the sender, part 0. With an
// address mail of our own that names it goes as well, and exceptions that have ended lose it; where SQLite has left a copy
// of its hash in the free space of a page, the database is rebuilt, and the milter waits or defers mail meanwhile.
// Threads: any. Errors: those of SQLite and keys; Permanent while an exception for the address is in force.
#pragma once

#include <string>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct ErasureOrder {
    std::string address;   // one of the two
    std::string queue_id;  // of a message: all its parts
    std::string who;
    std::string reason;
    std::string config_version;
};

struct ErasureCount {
    std::size_t records = 0;
    std::size_t parts = 0;
    std::size_t messages = 0;    // sealed ones
    std::size_t exceptions = 0;  // that have ended
    std::size_t tombstones = 0;
};

[[nodiscard]] Result<ErasureCount> count_for_erasure(const policy::StoreSettings& settings, const ErasureOrder& order);
[[nodiscard]] Result<ErasureCount> erase_evidence(const policy::StoreSettings& settings, const ErasureOrder& order);

/// The tombstones of a database, in their order.
[[nodiscard]] Result<std::vector<Erasure>> read_tombstones(Database& database);

/// Erases what these say, as far as the databases have got it back, and tells of it once more when `tombstones` are not
/// those of the database itself.
struct Repetition {
    std::vector<Erasure> tombstones;  // from elsewhere
    std::string who;
    std::string config_version;
};
[[nodiscard]] Result<ErasureCount> repeat_erasures(const policy::StoreSettings& settings, const Repetition& repetition);

}  // namespace smarttls::store
