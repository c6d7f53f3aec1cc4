// SPDX-License-Identifier: Apache-2.0
#include "store/erasing.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "store/part_eraser.h"
#include "store/residue.h"
#include "store/sealing/durable_file.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr int kAttemptsAtLogs = 5;  // readers come and go

/// A message without its file cannot be read, whatever becomes of the rest.
Result<void> remove_files(const std::string& directory, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
        const std::string path = directory + "/" + id;
        if (id.find('/') != std::string::npos) return fail(ErrorKind::Corrupt, "no sealed message has the name " + id);
        if (::unlink(path.c_str()) == 0 || errno == ENOENT) continue;
        const int error = errno;
        return fail(ErrorKind::Temporary, "cannot remove " + path + ": " + std::generic_category().message(error), error);
    }
    return ids.empty() ? ok() : sync_directory(directory);
}

}  // namespace

Result<Erasing> Erasing::open(const policy::StoreSettings& settings) {
    auto table = EvidenceTable::join(settings.evidence);
    if (!table) return tl::unexpected(table.error());
    auto keys = MessageKeys::join(settings.message_keys);
    if (!keys) return tl::unexpected(keys.error());
    auto preparer = RecordPreparer::open(settings);
    if (!preparer) return tl::unexpected(preparer.error());
    return Erasing(settings, *std::move(preparer), *std::move(table), *std::move(keys));
}

Result<Erasure> Erasing::run(const Choose& choose, const Tell& tell) {
    Erasure gone;
    const auto work = [&](Database& database) -> Result<std::vector<PreparedRecord>> {
        const auto choice = choose(database);
        if (!choice) return tl::unexpected(choice.error());
        auto taken = take_out(database, *choice);
        if (!taken) return tl::unexpected(taken.error());
        gone = *std::move(taken);
        std::vector<PreparedRecord> told;
        const bool is_nothing = gone.parts.empty() && gone.messages.empty() && gone.exceptions.empty();
        if (auto record = is_nothing ? std::nullopt : tell(gone)) {
            auto prepared = preparer_.prepare(*std::move(record));
            if (!prepared) return tl::unexpected(prepared.error());
            told.push_back(*std::move(prepared));
        }
        if (auto destroyed = destroy(gone, *choice, told); !destroyed) return tl::unexpected(destroyed.error());
        return told;
    };
    if (auto changed = table_.change(work); !changed) return tl::unexpected(changed.error());
    return gone;
}

Result<Erasure> Erasing::take_out(Database& database, const Choice& choice) {
    auto eraser = PartEraser::prepare(database);
    if (!eraser) return tl::unexpected(eraser.error());
    Erasure gone;
    for (const PartChoice& one : choice.parts) {
        auto parts = eraser->erase(one.record, one.numbers);
        if (!parts) return tl::unexpected(parts.error());
        if (!parts->numbers.empty()) gone.parts.push_back(*std::move(parts));
    }
    auto done = eraser->erase_messages(choice.messages);
    if (done) done = eraser->erase_messages(choice.ended);
    if (done) done = eraser->erase_exceptions(choice.exceptions);
    if (!done) return tl::unexpected(done.error());
    gone.messages = eraser->messages();
    gone.messages.insert(gone.messages.end(), choice.ended.begin(), choice.ended.end());
    gone.exceptions = choice.exceptions;
    return gone;
}

Result<void> Erasing::destroy(const Erasure& gone, const Choice& choice, const std::vector<PreparedRecord>& told) {
    std::vector<RecordParts> parts = gone.parts;
    parts.insert(parts.end(), choice.keys.begin(), choice.keys.end());
    std::vector<std::string> messages = gone.messages;
    messages.insert(messages.end(), choice.messages.begin(), choice.messages.end());
    std::vector<const SealedRecord*> records;
    for (const PreparedRecord& one : told) records.push_back(&one.sealed);
    if (parts.empty() && messages.empty() && records.empty()) return ok();
    if (auto destroyed = keys_.destroy(parts, messages, records); !destroyed) return destroyed;
    return remove_files(sealed_, messages);
}

Result<void> Erasing::empty_logs() {
    Result<void> emptied = ok();
    for (int attempt = 0; attempt < kAttemptsAtLogs; ++attempt) {
        emptied = table_.empty_log();
        if (emptied) emptied = keys_.empty_log();
        if (emptied) return emptied;
    }
    return because(emptied, "what was erased is still in a write-ahead log while somebody reads; repeat the command");
}

Result<void> Erasing::remove_residue(std::span<const std::uint8_t> bytes) {
    const auto is_there = file_has(evidence_, bytes);
    if (!is_there) return tl::unexpected(is_there.error());
    if (!*is_there) return ok();
    const std::string why = "a copy of what was erased is in the free space of " + evidence_;
    if (auto rebuilt = table_.rebuild(); !rebuilt) return because(rebuilt, why + ", which has to be rebuilt; repeat the command");
    if (auto emptied = empty_logs(); !emptied) return emptied;
    const auto is_left = file_has(evidence_, bytes);
    if (!is_left) return tl::unexpected(is_left.error());
    return *is_left ? Result<void>(fail(ErrorKind::Bug, why + " after it was rebuilt")) : ok();
}

}  // namespace smarttls::store
