// SPDX-License-Identifier: Apache-2.0
#include "store/backup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <system_error>

#include "store/log_check.h"
#include "store/record_preparer.h"
#include "store/record_text.h"
#include "store/sealing/durable_file.h"
#include "store/sqlite.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr std::size_t kLongestManifest = 4096;
constexpr mode_t kDirectoryMode = 0750;

tl::unexpected<policy::Error> failed(const std::string& what, int error) {
    return fail(ErrorKind::Misconfigured, what + ": " + std::generic_category().message(error), error);
}

std::string without_slash(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

/// A directory in the making. The lock on it tells one that is at work from one that a crash has left.
class NewDirectory {
  public:
    static Result<NewDirectory> create(const std::string& path) {
        NewDirectory made(without_slash(path));
        if (std::filesystem::exists(made.path_)) {
            return fail(ErrorKind::Misconfigured, made.path_ + " is there already; give each backup a directory of its own");
        }
        const bool is_new = ::mkdir(made.unfinished_.c_str(), kDirectoryMode) == 0;
        if (!is_new && errno != EEXIST) return failed("cannot create " + made.unfinished_, errno);
        made.lock_ = ::open(made.unfinished_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (made.lock_ < 0) return failed("cannot open " + made.unfinished_, errno);
        if (::flock(made.lock_, LOCK_EX | LOCK_NB) != 0) {
            return fail(ErrorKind::Temporary, "another backup is writing " + made.unfinished_);
        }
        std::error_code error;
        for (const auto& left : std::filesystem::directory_iterator(made.unfinished_, error)) {
            std::filesystem::remove(left.path(), error);
        }
        if (error) return failed("cannot empty " + made.unfinished_, error.value());
        return made;
    }
    NewDirectory(NewDirectory&& other) noexcept
        : path_(std::move(other.path_)), unfinished_(std::move(other.unfinished_)), lock_(std::exchange(other.lock_, -1)) {}
    NewDirectory& operator=(NewDirectory&&) = delete;
    ~NewDirectory() {
        if (lock_ >= 0) ::close(lock_);
    }
    [[nodiscard]] std::string file(std::string_view name) const { return unfinished_ + "/" + std::string(name); }
    [[nodiscard]] const std::string& unfinished() const { return unfinished_; }

    /// What fails has its old name again.
    Result<void> publish() {
        if (auto synced = sync_directory(unfinished_); !synced) return synced;
        if (std::rename(unfinished_.c_str(), path_.c_str()) != 0) return failed("cannot rename " + unfinished_, errno);
        const std::string parent = std::filesystem::path(path_).parent_path().string();
        auto synced = sync_directory(parent.empty() ? "." : parent);
        if (!synced) withdraw();
        return synced;
    }
    void withdraw() { [[maybe_unused]] const int renamed = std::rename(path_.c_str(), unfinished_.c_str()); }

  private:
    explicit NewDirectory(std::string path) : path_(std::move(path)), unfinished_(path_ + ".new") {}
    std::string path_;
    std::string unfinished_;
    int lock_ = -1;
};

Result<BackupState> check_copy(const std::string& path, Database& live) {
    auto copy = Database::open(path, OpenMode::ReadOnly);
    if (!copy) return tl::unexpected(copy.error());
    const auto state = check_log(*copy);
    if (!state) return because(state, "the copy");
    const auto checkpoint = check_newest_checkpoint(*copy);
    if (!checkpoint) return because(checkpoint, "the copy");
    const auto root = stored_root(live, state->size);
    if (!root) return because(root, "the live log");
    if (*root != state->root) return fail(ErrorKind::Corrupt, "the root of the copy is not that of the live log at its size");
    return BackupState{state->size, *checkpoint, state->root};
}

Result<void> write_manifest(const NewDirectory& directory, const std::string& origin, const BackupState& state) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const Checkpoint manifest{origin, state.size, state.root, {"time " + rfc3339(now)}};
    auto file = DurableFile::create(directory.unfinished(), 0640);
    if (!file) return tl::unexpected(file.error());
    if (auto written = file->write(bytes_of(to_text(manifest))); !written) return written;
    auto published = file->publish(std::string(kManifest));
    if (!published) return tl::unexpected(published.error());
    return ok();
}

/// While the milter writes, like the evidence. To be published.
Result<NewDirectory> copy_keys(const policy::StoreSettings& settings, const std::string& place) {
    auto keys = Database::open(settings.message_keys, OpenMode::ReadOnly);
    if (!keys) return because(keys, "message keys");
    auto directory = NewDirectory::create(place);
    if (!directory) return tl::unexpected(directory.error());
    const std::string path = directory->file(kKeysCopy);
    auto done = keys->copy_to(path);
    if (done) done = sync_file(path);
    if (!done) return tl::unexpected(done.error());
    return directory;
}

/// Both or none, but for a crash between the two.
Result<void> publish(NewDirectory& evidence, const policy::StoreSettings& settings, const std::string& place_of_keys) {
    if (place_of_keys.empty()) return evidence.publish();
    auto keys = copy_keys(settings, place_of_keys);  // after the evidence: its records have their keys in this copy
    if (!keys) return tl::unexpected(keys.error());
    if (auto published = keys->publish(); !published) return published;
    auto published = evidence.publish();
    if (!published) keys->withdraw();
    return published;
}

}  // namespace

Result<BackupState> back_up(const policy::StoreSettings& settings, const BackupPlace& place) {
    auto live = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!live) return because(live, "evidence");
    auto directory = NewDirectory::create(place.evidence);
    if (!directory) return tl::unexpected(directory.error());
    const std::string path = directory->file(kEvidenceCopy);
    if (auto copied = live->copy_to(path); !copied) return tl::unexpected(copied.error());
    auto state = check_copy(path, *live);
    if (!state) return state;
    auto done = write_manifest(*directory, log_origin(settings), *state);
    if (done) done = sync_file(path);
    if (done) done = publish(*directory, settings, place.keys);
    if (!done) return tl::unexpected(done.error());
    return state;
}

Result<Checkpoint> read_manifest(const std::string& directory) {
    const auto text = read_file(without_slash(directory) + "/" + std::string(kManifest), kLongestManifest);
    if (!text) return because(text, "no backup is whole without its manifest");
    auto manifest = parse_checkpoint(*text);
    if (!manifest) return because(manifest, directory + "/" + std::string(kManifest));
    return manifest;
}

}  // namespace smarttls::store
