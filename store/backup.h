// SPDX-License-Identifier: Apache-2.0
//
// Backup of the evidence while the milter writes: one consistent copy of evidence.db with a manifest, in a directory
// that is there whole or not at all; on demand the keys in a directory of their own, to be kept apart and shorter.
//
//     Result<BackupState> made = back_up(settings, {"/srv/backup/2026-11-23", ""});
//     Result<Checkpoint> manifest = read_manifest("/srv/backup/2026-11-23");
//
// The manifest is the text of a checkpoint: the log's name, size and root, and the time. Before the directory gets its
// name, each leaf of the copy is recomputed, the newest checkpoint in it checked, and its root compared with that of the
// live log at this size. Until then it is called DIRECTORY.new; what a crash leaves of it, the next backup removes.
// Threads: one. Errors: those of SQLite; Misconfigured (a directory that is there already, or not ours to make),
// Corrupt (the log is not what it says), Temporary.
#pragma once

#include <string>

#include "policy/config.h"
#include "store/log/checkpoint.h"

namespace smarttls::store {

inline constexpr std::string_view kManifest = "manifest";
inline constexpr std::string_view kEvidenceCopy = "evidence.db";
inline constexpr std::string_view kKeysCopy = "message-keys.db";

struct BackupPlace {
    std::string evidence;  // directories, new ones
    std::string keys;      // empty: without keys
};

struct BackupState {
    std::uint64_t size = 0;        // of the log
    std::uint64_t checkpoint = 0;  // size of the newest one in it; 0: none
    Hash root{};
};

[[nodiscard]] Result<BackupState> back_up(const policy::StoreSettings& settings, const BackupPlace& place);

[[nodiscard]] Result<Checkpoint> read_manifest(const std::string& directory);

}  // namespace smarttls::store
