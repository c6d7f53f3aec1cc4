// SPDX-License-Identifier: Apache-2.0
#include "store/restore.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "store/backup.h"
#include "store/evidence_log.h"
#include "store/log_check.h"
#include "store/record_preparer.h"
#include "store/sealing/durable_file.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr std::size_t kLongestCheckpoints = 1U << 30U;

/// What the restored log has to hold.
struct Known {
    std::string where;
    std::uint64_t size = 0;
    Hash root{};
};

/// The database that is to be replaced.
struct Present {
    std::optional<Database> database;  // ours alone; nothing when there is none, or none that can be read
    std::uint64_t size = 0;
    std::vector<Erasure> tombstones;
    std::string damage;  // why it cannot be read
};

/// Of a database that nobody has open, and whose log is empty.
void remove_logs(const std::string& path) {
    std::error_code ignored;
    for (const char* suffix : {"-wal", "-shm", "-journal"}) std::filesystem::remove(path + suffix, ignored);
}

/// What an earlier attempt has left.
void remove_unfinished_copy(const std::string& path) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    remove_logs(path);
}

std::string parent_of(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

Result<void> read_present(Present& present) {
    auto size = log_size(*present.database);
    if (!size) return tl::unexpected(size.error());
    auto tombstones = read_tombstones(*present.database);
    if (!tombstones) return tl::unexpected(tombstones.error());
    present.size = *size;
    present.tombstones = *std::move(tombstones);
    return ok();
}

Result<Present> take_present(const std::string& path) {
    Present present;
    if (!std::filesystem::exists(path)) return present;
    auto database = Database::open(path, OpenMode::Existing);
    if (!database && database.error().kind == ErrorKind::Corrupt) {
        present.damage = database.error().what;
        return present;
    }
    if (!database) return because(database, "stop the milter and whoever else reads the evidence");
    if (auto alone = database->take_alone(); !alone) {
        return because(alone, "stop the milter and whoever else reads the evidence: " + path);
    }
    present.database = *std::move(database);
    if (auto read = read_present(present); !read) present.damage = read.error().what;
    return present;
}

/// A note of the log's own key where that is here to be asked; else what it says is believed, since it can only refuse.
Result<Known> read_checkpoint(const std::string& path, const std::string& origin) {
    const auto text = read_file(path, kLongestCheckpoints);
    if (!text) return tl::unexpected(text.error());
    // Where each new one is appended to the file, the last one counts.
    const std::size_t last = text->rfind("\n" + origin + "\n");
    const auto note = parse_note(std::string_view(*text).substr(last == std::string::npos ? 0 : last + 1));
    if (!note) return because(note, path);
    const auto checkpoint = parse_checkpoint(note->text);
    if (!checkpoint) return because(checkpoint, path);
    if (checkpoint->origin != origin) {
        return fail(ErrorKind::Malformed, path + " is a checkpoint of the log " + checkpoint->origin + ", not of " + origin);
    }
    return Known{"the checkpoint " + path, checkpoint->size, checkpoint->root};
}

Result<void> refuse_rollback(const Known& known, const LogState& backup, Database& copy) {
    const std::string sizes = known.where + " knows " + std::to_string(known.size) + " records, the backup " + std::to_string(backup.size);
    if (known.size > backup.size) {
        return fail(ErrorKind::Permanent, sizes + ": to restore it would roll the log back, and evidence that was promised would be missing;"
                                                  " restore a newer backup, or say --force-rollback");
    }
    const auto root = stored_root(copy, known.size);
    if (!root) return tl::unexpected(root.error());
    if (*root == known.root) return ok();
    return fail(ErrorKind::Permanent, sizes + ", and the first " + std::to_string(known.size) +
                                          " are not the same: one of the two is not the history of this log;"
                                          " to take the backup all the same say --force-rollback");
}

Result<std::vector<Known>> known_of(Present& present, const RestoreOrder& order, const std::string& origin) {
    std::vector<Known> known;
    if (!order.checkpoint.empty()) {
        auto shown = read_checkpoint(order.checkpoint, origin);
        if (!shown) return tl::unexpected(shown.error());
        known.push_back(*std::move(shown));
    }
    if (!present.damage.empty() && !order.force_rollback) {
        return fail(ErrorKind::Permanent, "the database that is here cannot be read (" + present.damage +
                                              "), so nobody can say whether the backup rolls it back; to replace it say --force-rollback");
    }
    if (!present.database || !present.damage.empty()) return known;
    const auto root = stored_root(*present.database, present.size);
    if (!root) return tl::unexpected(root.error());
    known.push_back({"the database that is here", present.size, *root});
    return known;
}

/// The backup under its future directory and a name of its own, once it has been found to be what it says.
Result<LogState> lay_beside(const RestoreOrder& order, const std::string& path) {
    const auto manifest = read_manifest(order.evidence);
    if (!manifest) return tl::unexpected(manifest.error());
    auto backup = Database::open(order.evidence + "/" + std::string(kEvidenceCopy), OpenMode::ReadOnly);
    if (!backup) return because(backup, "backup");
    remove_unfinished_copy(path);
    if (auto copied = backup->copy_to(path); !copied) return tl::unexpected(copied.error());
    auto copy = Database::open(path, OpenMode::ReadOnly);
    if (!copy) return tl::unexpected(copy.error());
    auto state = check_log(*copy);
    if (!state) return because(state, "backup");
    if (state->size != manifest->size || state->root != manifest->root) {
        return fail(ErrorKind::Corrupt, "the backup is not what its manifest says: another size or root");
    }
    return state;
}

/// The keys of the backup and of the present database together; of both, the present one knows what was destroyed.
Result<void> lay_keys_beside(const policy::StoreSettings& settings, const std::string& directory, const std::string& path) {
    auto backup = Database::open(directory + "/" + std::string(kKeysCopy), OpenMode::ReadOnly);
    if (!backup) return because(backup, "backup of the keys");
    remove_unfinished_copy(path);
    if (auto copied = backup->copy_to(path); !copied) return copied;
    if (!std::filesystem::exists(settings.message_keys)) return ok();
    {
        auto present = Database::open(settings.message_keys, OpenMode::Existing);
        if (!present) return because(present, "stop the milter and whoever else reads the keys");
        if (auto alone = present->take_alone(); !alone) return because(alone, "stop the milter and whoever else reads the keys");
    }
    auto copy = Database::open(path, OpenMode::Existing);
    if (!copy) return tl::unexpected(copy.error());
    auto attach = copy->prepare("ATTACH ?1 AS present");
    if (!attach) return tl::unexpected(attach.error());
    auto merged = attach->bind_all(settings.message_keys);
    if (merged) merged = attach->run();
    if (merged) {
        merged = copy->exec("INSERT OR REPLACE INTO main.record_key SELECT * FROM present.record_key;"
                            "INSERT OR REPLACE INTO main.message_key SELECT * FROM present.message_key");
    }
    if (!merged) return because(merged, "keys");
    return ok();
}

/// One synced file, under the name of the old one.
Result<void> put_in_place(const std::string& path, const std::string& target) {
    {
        auto database = Database::open(path, OpenMode::Existing);
        if (!database) return tl::unexpected(database.error());
        if (auto alone = database->take_alone(); !alone) return because(alone, path);
    }
    remove_logs(path);
    if (auto synced = sync_file(path); !synced) return synced;
    remove_logs(target);
    if (std::rename(path.c_str(), target.c_str()) != 0) {
        const int error = errno;
        return fail(ErrorKind::Temporary, "cannot rename " + path + ": " + std::generic_category().message(error), error);
    }
    return sync_directory(parent_of(target));
}

Result<RestoreState> restore_from(const policy::StoreSettings& settings, const policy::StoreSettings& staged,
                                  const RestoreOrder& order) {
    auto present = take_present(settings.evidence);
    if (!present) return tl::unexpected(present.error());
    const auto state = lay_beside(order, staged.evidence);
    if (!state) return tl::unexpected(state.error());
    const auto known = known_of(*present, order, log_origin(settings));
    if (!known) return tl::unexpected(known.error());
    for (const Known& one : *known) {
        auto copy = Database::open(staged.evidence, OpenMode::ReadOnly);
        auto held = copy ? refuse_rollback(one, *state, *copy) : tl::unexpected(copy.error());
        if (!held && !order.force_rollback) return tl::unexpected(held.error());
    }
    Result<void> done = ok();
    if (!order.keys.empty()) done = lay_keys_beside(settings, order.keys, staged.message_keys);
    if (!done) return tl::unexpected(done.error());
    // Before it is in place: what the old database alone knows to be erased is lost with that.
    const auto again = repeat_erasures(staged, {present->tombstones, order.who, order.config_version});
    if (!again) return because(again, "applying the tombstones again");
    if (!order.keys.empty()) done = put_in_place(staged.message_keys, settings.message_keys);
    if (done) done = put_in_place(staged.evidence, settings.evidence);
    if (!done) return tl::unexpected(done.error());
    return RestoreState{state->size, present->size, present->database && present->damage.empty(), *again};
}

}  // namespace

Result<RestoreState> restore(const policy::StoreSettings& settings, const RestoreOrder& order) {
    auto staged = settings;
    staged.evidence += ".restore";
    if (!order.keys.empty()) staged.message_keys += ".restore";
    auto restored = restore_from(settings, staged, order);
    remove_unfinished_copy(staged.evidence);
    if (!order.keys.empty()) remove_unfinished_copy(staged.message_keys);
    return restored;
}

}  // namespace smarttls::store
