// SPDX-License-Identifier: Apache-2.0
#include "store/checkpoints.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "policy/text.h"
#include "store/evidence_log.h"
#include "store/log/merkle_proof.h"
#include "store/record_preparer.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr std::string_view kSelectNewest = "SELECT size, time, note, token FROM checkpoint ORDER BY size DESC LIMIT 1";
constexpr std::string_view kInsert = "INSERT INTO checkpoint (size, time, note) VALUES (?1, ?2, ?3)";
constexpr std::string_view kSignature = "— ";  // C2SP signed-note: how each line of a signature begins

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// What an administrator makes in a daemon's directory is for the daemon.
bool give_to_owner_of_directory(const std::string& path, int file) {
    struct stat directory {};
    if (::geteuid() != 0) return true;
    if (::stat(std::filesystem::path(path).parent_path().c_str(), &directory) != 0) return false;
    return ::fchown(file, directory.st_uid, directory.st_gid) == 0;
}

/// In one write, so that two processes do not mix; an empty line ends the note.
Result<void> append_to_file(const std::string& path, const std::string& note) {
    const auto failed = [&] {
        const int cause = errno;
        return fail(ErrorKind::Temporary, path + ": " + std::error_code(cause, std::generic_category()).message(), cause);
    };
    constexpr mode_t kMode = 0640;
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, kMode));
    if (file.number() < 0) return failed();
    struct stat found {};
    if (::fstat(file.number(), &found) != 0) return failed();
    if (found.st_size == 0 && !give_to_owner_of_directory(path, file.number())) return failed();
    const std::string text = note + "\n";
    if (::write(file.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return failed();
    if (::fsync(file.number()) != 0) return failed();
    return ok();
}

/// The log of hashes still has what was signed last.
Result<void> continues(Database& database, std::uint64_t size, const StoredCheckpoint& newest) {
    const auto signed_one = claimed_checkpoint(newest.note);
    if (!signed_one) return because(signed_one, "the newest checkpoint");
    if (size < newest.size) {
        return fail(ErrorKind::Corrupt, "the log has " + std::to_string(size) + " records, and " + std::to_string(newest.size) +
                                            " were signed: nothing more is signed");
    }
    const auto root = root_of(newest.size, [&](std::uint64_t position) { return node_at(database, position); });
    if (!root) return tl::unexpected(root.error());
    if (*root == signed_one->root && signed_one->size == newest.size) return ok();
    return fail(ErrorKind::Corrupt, "the first " + std::to_string(newest.size) +
                                        " records of the log are not those that were signed: nothing more is signed");
}

}  // namespace

Result<std::optional<StoredCheckpoint>> newest_checkpoint(Database& database) {
    auto select = database.prepare(kSelectNewest);
    if (!select) return because(select, "checkpoints");
    const Result<bool> row = select->step();
    if (!row) return because(row, "checkpoints");
    if (!*row) return std::optional<StoredCheckpoint>{};
    return std::optional(StoredCheckpoint{static_cast<std::uint64_t>(select->integer(0)),
                                          EvidenceTime(std::chrono::milliseconds(select->integer(1))),
                                          select->text(2), select->blob(3)});
}

Result<std::optional<StoredCheckpoint>> newest_checkpoint(const std::string& path) {
    auto database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return tl::unexpected(database.error());
    return newest_checkpoint(*database);
}

Result<Checkpoint> claimed_checkpoint(std::string_view note) {
    const auto parsed = parse_note(note);
    if (!parsed) return tl::unexpected(parsed.error());
    return parse_checkpoint(parsed->text);
}

std::vector<std::string> split_notes(std::string_view text) {
    std::vector<std::string> notes;
    std::string note;
    bool is_signed = false;
    const auto end_note = [&] {
        if (!note.empty()) notes.push_back(std::move(note));
        note.clear();
        is_signed = false;
    };
    for (std::string_view line : policy::split(text, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const bool is_signature = line.starts_with(kSignature);
        if (is_signed && !is_signature) end_note();
        if (note.empty() && line.empty()) continue;
        note.append(line).append("\n");
        is_signed = is_signed || is_signature;
    }
    end_note();
    return notes;
}

Result<CheckpointSigner> CheckpointSigner::open(const policy::StoreSettings& settings) {
    const std::filesystem::path path(settings.log_key);
    auto signer = open_signer(path.parent_path().string(), path.filename().string(), log_origin(settings));
    if (!signer) return because(signer, "the key that signs checkpoints ([store] log-key)");
    return CheckpointSigner(*std::move(signer), settings.checkpoint_file);
}

Result<std::optional<StoredCheckpoint>> CheckpointSigner::sign(Database& database, EvidenceTime now) const {
    constexpr std::string_view kContext = "while signing a checkpoint";
    const auto size = log_size(database);
    if (!size) return because(size, kContext);
    auto newest = newest_checkpoint(database);
    if (!newest) return because(newest, kContext);
    const bool has_grown = *newest ? (*newest)->size != *size : *size > 0;
    if (!has_grown) return newest;
    auto fresh = sign_now(database, now);
    if (!fresh) return because(fresh, kContext);
    return std::optional(*std::move(fresh));
}

Result<StoredCheckpoint> CheckpointSigner::sign_now(Database& database, EvidenceTime now) const {
    auto transaction = Transaction::begin(database);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto size = log_size(database);
    if (!size) return tl::unexpected(size.error());
    auto newest = newest_checkpoint(database);
    if (!newest) return tl::unexpected(newest.error());
    if (*newest) {
        if (auto continued = continues(database, *size, **newest); !continued) return tl::unexpected(continued.error());
        if ((*newest)->size == *size) return **std::move(newest);  // somebody else was faster
    }
    const auto log = load_log(database, *size);
    if (!log) return tl::unexpected(log.error());
    auto note = sign_checkpoint({verifier().name(), *size, log->root(), {}}, signer_);
    if (!note) return tl::unexpected(note.error());
    auto insert = database.prepare(kInsert);
    if (!insert) return tl::unexpected(insert.error());
    auto done = insert->bind_all(static_cast<std::int64_t>(*size), std::int64_t{now.time_since_epoch().count()}, *note);
    if (done) done = insert->run();
    if (done) done = transaction->commit();
    if (!done) return tl::unexpected(done.error());
    if (!file_.empty()) done = append_to_file(file_, *note);
    if (!done) return because(done, "it is signed, and not in [store] checkpoint-file");
    return StoredCheckpoint{*size, now, *std::move(note), {}};
}

}  // namespace smarttls::store
