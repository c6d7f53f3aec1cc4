// SPDX-License-Identifier: Apache-2.0
#include "store/log_check.h"

#include <optional>

#include "store/evidence_log.h"
#include "store/log/checkpoint.h"
#include "store/log/merkle_proof.h"
#include "store/log_audit.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;

constexpr std::string_view kNewestCheckpoint = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1";

}  // namespace

Result<LogState> check_log(Database& database) {
    const auto audit = audit_log(database, {std::nullopt, {}, AuditDepth::Content});
    if (!audit) return tl::unexpected(audit.error());
    if (audit->mistakes.count() != 0) return fail(ErrorKind::Corrupt, "log: " + audit->mistakes.first().front());
    return LogState{audit->records, audit->root};
}

Result<Hash> stored_root(Database& database, std::uint64_t size) {
    return root_of(size, [&](std::uint64_t position) { return node_at(database, position); });
}

Result<std::uint64_t> check_newest_checkpoint(Database& database) {
    std::optional<Checkpoint> newest;
    {
        auto select = database.prepare(kNewestCheckpoint);
        if (!select) return because(select, "checkpoints");
        const auto row = select->step();
        if (!row) return because(row, "checkpoints");
        if (!*row) return std::uint64_t{0};
        const auto note = parse_note(select->text(0));
        if (!note) return because(note, "checkpoints");
        auto checkpoint = parse_checkpoint(note->text);
        if (!checkpoint) return because(checkpoint, "checkpoints");
        newest = *std::move(checkpoint);
    }
    const auto root = stored_root(database, newest->size);
    const std::string name = "the checkpoint of size " + std::to_string(newest->size);
    if (!root) return because(root, name);
    if (*root != newest->root) return fail(ErrorKind::Corrupt, name + " is not of this log");
    return newest->size;
}

}  // namespace smarttls::store
