// SPDX-License-Identifier: Apache-2.0
#include "store/log_check.h"

#include <algorithm>
#include <optional>

#include "store/evidence_log.h"
#include "store/log/checkpoint.h"
#include "store/log/merkle_proof.h"
#include "store/log/record_leaf.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

constexpr std::string_view kRecords =
    "SELECT r.id, r.uuid, r.facts, p.digest, p.commitment FROM record r JOIN part p ON p.record = r.id"
    " ORDER BY r.id, p.number";
constexpr std::string_view kNodes = "SELECT position, hash FROM node ORDER BY position";
constexpr std::string_view kNewestCheckpoint = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1";

template <class Array>
bool read(const Statement& row, int column, Array& bytes) {
    const auto blob = row.blob(column);
    if (blob.size() != bytes.size()) return false;
    std::copy(blob.begin(), blob.end(), bytes.begin());
    return true;
}

struct Leaf {
    std::int64_t id = 0;
    RecordId uuid{};
    std::string facts;
    std::vector<PartStub> stubs;
};

/// Walks the nodes beside the records; both are in their order.
class LogWalk {
  public:
    LogWalk(Statement records, Statement nodes) : records_(std::move(records)), nodes_(std::move(nodes)) {}

    Result<LogState> walk() {
        for (;;) {
            const auto row = records_.step();
            if (!row) return tl::unexpected(row.error());
            const bool ends = !*row || (leaf_.id != 0 && records_.integer(0) != leaf_.id);
            if (ends && leaf_.id != 0) {
                if (auto added = add_leaf(); !added) return tl::unexpected(added.error());
            }
            if (!*row) break;
            if (!read_row()) return corrupt("has a hash or id of a wrong size");
        }
        const auto more = nodes_.step();
        if (!more) return tl::unexpected(more.error());
        if (*more) return fail(ErrorKind::Corrupt, "the log has hashes of records that are not there");
        return LogState{log_.size(), log_.root()};
    }

  private:
    bool read_row() {
        if (leaf_.id != records_.integer(0)) {
            leaf_ = {records_.integer(0), {}, records_.text(2), {}};
            if (!read(records_, 1, leaf_.uuid)) return false;
        }
        PartStub& stub = leaf_.stubs.emplace_back();
        return read(records_, 3, stub.digest) && read(records_, 4, stub.commitment);
    }
    Result<void> add_leaf() {
        if (static_cast<std::uint64_t>(leaf_.id) != log_.size() + 1) return corrupt("does not follow the one before it");
        const auto added = log_.append(leaf_hash(record_entry(leaf_.uuid, leaf_.facts, leaf_.stubs)));
        if (!added) return tl::unexpected(added.error());
        for (const Node& node : *added) {
            const auto row = nodes_.step();
            if (!row) return tl::unexpected(row.error());
            Hash hash{};
            const bool is_it = *row && static_cast<std::uint64_t>(nodes_.integer(0)) == node.position &&
                               read(nodes_, 1, hash) && hash == node.hash;
            if (!is_it) return corrupt("is not what the log has of it");
        }
        leaf_.id = 0;
        return ok();
    }
    [[nodiscard]] tl::unexpected<policy::Error> corrupt(const std::string& how) const {
        return fail(ErrorKind::Corrupt, "record " + std::to_string(leaf_.id) + " " + how);
    }

    Statement records_;
    Statement nodes_;
    MerkleAppender log_;
    Leaf leaf_;
};

}  // namespace

Result<LogState> check_log(Database& database) {
    auto records = database.prepare(kRecords);
    if (!records) return because(records, "log");
    auto nodes = database.prepare(kNodes);
    if (!nodes) return because(nodes, "log");
    auto state = LogWalk(*std::move(records), *std::move(nodes)).walk();
    if (!state) return because(state, "log");
    const auto size = log_size(database);
    if (!size) return tl::unexpected(size.error());
    if (*size != state->size) return fail(ErrorKind::Corrupt, "log: record " + std::to_string(*size) + " has no parts");
    const auto newest = check_newest_checkpoint(database);
    if (!newest) return tl::unexpected(newest.error());
    return state;
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
