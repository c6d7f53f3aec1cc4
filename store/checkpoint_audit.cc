// SPDX-License-Identifier: Apache-2.0
#include "store/checkpoint_audit.h"

#include <algorithm>

#include "store/log/timestamp.h"
#include "store/record_text.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kSelect = "SELECT size, time, note, token FROM checkpoint ORDER BY size";

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string name_of_row(std::uint64_t size) { return "the checkpoint of " + number(size) + " records in the database"; }

std::string too_short(const std::string& name, std::uint64_t signed_size, std::uint64_t size) {
    return name + " was signed when the log had " + number(signed_size) + " records; now it has " + number(size) + ": the last " +
           number(signed_size - size) + " were taken away";
}

}  // namespace

Result<CheckpointAudit> CheckpointAudit::open(Database& database, const AuditQuestion& question) {
    auto rows = database.prepare(kSelect);
    if (!rows) return tl::unexpected(rows.error());
    CheckpointAudit audit(*std::move(rows), question.verifier, question.timestamp_ca);
    if (auto moved = audit.next_row(); !moved) return tl::unexpected(moved.error());
    audit.sort_outside(question.outside);
    return audit;
}

void CheckpointAudit::sort_outside(const std::vector<OutsideCheckpoint>& outside) {
    for (const OutsideCheckpoint& one : outside) {
        auto checkpoint = read(one.note);
        if (checkpoint) {
            outside_.push_back({one.name, *std::move(checkpoint)});
        } else {
            unproved_.push_back(one.name + " proves nothing: " + checkpoint.error().what);
        }
    }
    std::stable_sort(outside_.begin(), outside_.end(),
                     [](const Kept& a, const Kept& b) { return a.checkpoint.size < b.checkpoint.size; });
}

Result<Checkpoint> CheckpointAudit::read(const std::string& note) const {
    if (verifier_) return open_checkpoint(note, *verifier_);
    const auto parsed = parse_note(note);
    if (!parsed) return tl::unexpected(parsed.error());
    return parse_checkpoint(parsed->text);
}

Result<void> CheckpointAudit::next_row() {
    const Result<bool> row = rows_.step();
    if (!row) return because(row, "while reading checkpoints");
    has_row_ = *row;
    row_size_ = has_row_ ? static_cast<std::uint64_t>(rows_.integer(0)) : 0;
    return ok();
}

Result<void> CheckpointAudit::compare(const MerkleAppender& log, LogAudit& audit) {
    const bool is_due = (has_row_ && row_size_ <= log.size()) ||
                        (!outside_.empty() && outside_.front().checkpoint.size <= log.size());
    if (!is_due) return ok();
    const Hash root = log.root();
    for (; has_row_ && row_size_ <= log.size();) {
        if (row_size_ == log.size()) compare_row(root, audit);
        if (auto moved = next_row(); !moved) return moved;
    }
    while (!outside_.empty() && outside_.front().checkpoint.size <= log.size()) {
        const Kept& kept = outside_.front();
        compare_outside(kept, kept.checkpoint.size == 0 ? empty_root() : root, audit);
        outside_.pop_front();
    }
    return ok();
}

std::optional<Hash> CheckpointAudit::root_of_row(LogAudit& audit) {
    const auto checkpoint = read(rows_.text(2));
    if (!checkpoint) {
        audit.mistakes.add(name_of_row(row_size_) + " proves nothing: " + checkpoint.error().what);
        return std::nullopt;
    }
    if (checkpoint->size == row_size_) return checkpoint->root;
    audit.mistakes.add(name_of_row(row_size_) + " is one of " + number(checkpoint->size) + " records");
    return std::nullopt;
}

void CheckpointAudit::compare_row(const Hash& root, LogAudit& audit) {
    const auto signed_root = root_of_row(audit);
    if (!signed_root) return;
    if (*signed_root != root) {
        return audit.mistakes.add(name_of_row(row_size_) + " was signed over another log: records before it were changed, with their hashes");
    }
    ++audit.checkpoints;
    audit.signed_size = std::max(audit.signed_size, row_size_);
    audit.signed_at = EvidenceTime(std::chrono::milliseconds(rows_.integer(1)));
    check_timestamp(audit);
}

void CheckpointAudit::check_timestamp(LogAudit& audit) {
    const auto token = rows_.view(3);
    if (token.empty()) return;
    ++audit.timestamps;
    if (timestamp_ca_.empty()) return;
    const auto stamped = verify_timestamp(token, bytes_of(rows_.text(2)), timestamp_ca_);
    if (!stamped) return audit.mistakes.add("the timestamp of " + name_of_row(row_size_) + " proves nothing: " + stamped.error().what);
    ++audit.checked_timestamps;
    audit.stamped_at = EvidenceTime(stamped->time);
    audit.authority = stamped->authority;
}

void CheckpointAudit::compare_outside(const Kept& kept, const Hash& root, LogAudit& audit) {
    if (kept.checkpoint.root != root) {
        return audit.mistakes.add(kept.name + " was signed over another log: of its " + number(kept.checkpoint.size) +
                                  " records, some were changed, left out or put in since");
    }
    ++audit.outside;
    audit.signed_size = std::max(audit.signed_size, kept.checkpoint.size);
    audit.outside_size = std::max(audit.outside_size, kept.checkpoint.size);
}

Result<void> CheckpointAudit::finish(std::uint64_t size, LogAudit& audit) {
    for (std::string& sentence : unproved_) audit.mistakes.add(std::move(sentence));
    while (has_row_) {
        if (row_size_ > size && root_of_row(audit)) audit.mistakes.add(too_short(name_of_row(row_size_), row_size_, size));
        if (auto moved = next_row(); !moved) return moved;
    }
    for (const Kept& kept : outside_) {
        if (kept.checkpoint.size > size) audit.mistakes.add(too_short(kept.name, kept.checkpoint.size, size));
    }
    outside_.clear();
    return ok();
}

}  // namespace smarttls::store
