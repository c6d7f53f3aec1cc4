// SPDX-License-Identifier: Apache-2.0
//
// Restore of a backup (backup.h) while nobody has the databases open.
//
//     Result<RestoreState> done = restore(settings, order);
//
// The backup has to be what its manifest says, leaf by leaf, and must not roll the log back: it may be neither shorter
// than, nor inconsistent with, the log that is here and the checkpoint that it is shown. What has been
// erased stays erased: the tombstones of the backup and of the database that it replaces are applied again. Keys that
// are here stay; a backup of keys adds those that are missing.
// New files are whole and synced before they get the names of the old ones: a crash leaves the one or the other, and
// the command is given again.
// Threads: one. Errors: Permanent (it would roll the log back; says how), Temporary (somebody has a database open),
// Corrupt (the backup is not what it says), those of SQLite.
#pragma once

#include <string>

#include "policy/config.h"
#include "store/evidence_erasure.h"

namespace smarttls::store {

struct RestoreOrder {
    std::string evidence;    // directory of the backup
    std::string keys;        // the one of the keys; empty: those that are here
    std::string checkpoint;  // a signed note that was kept elsewhere; may be empty
    bool force_rollback = false;
    std::string who;
    std::string config_version;
};

struct RestoreState {
    std::uint64_t size = 0;        // of the log that is here now, without tombstones that were applied again
    std::uint64_t replaced = 0;    // of the one that was here; 0: none could be read
    bool tombstones_known = true;  // false: those after the backup could not be read here
    ErasureCount erased_again;
};

[[nodiscard]] Result<RestoreState> restore(const policy::StoreSettings& settings, const RestoreOrder& order);

}  // namespace smarttls::store
