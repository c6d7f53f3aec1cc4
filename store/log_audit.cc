// SPDX-License-Identifier: Apache-2.0
#include "store/log_audit.h"

#include <algorithm>
#include <map>
#include <optional>

#include "policy/text.h"
#include "store/checkpoint_audit.h"
#include "store/log/merkle.h"
#include "store/log/record_leaf.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::size_t kMostShown = 20;
constexpr std::size_t kMostCompared = 10'000;  // changed records among which moved ones are looked for

constexpr std::string_view kRecords = "SELECT id, uuid, facts FROM record ORDER BY id";
constexpr std::string_view kParts =
    "SELECT record, number, digest, commitment, length(content), NULL FROM part ORDER BY record, number";
constexpr std::string_view kPartsWithContent =
    "SELECT record, number, digest, commitment, length(content), content FROM part ORDER BY record, number";
constexpr std::string_view kNodes = "SELECT position, hash FROM node ORDER BY position";

std::string number(std::uint64_t value) { return std::to_string(value); }

/// The rows of a statement, one ahead.
class Cursor {
  public:
    static Result<Cursor> open(Database& database, std::string_view sql) {
        auto statement = database.prepare(sql);
        if (!statement) return tl::unexpected(statement.error());
        Cursor cursor(*std::move(statement));
        if (auto moved = cursor.next(); !moved) return tl::unexpected(moved.error());
        return cursor;
    }
    Result<void> next() {
        const Result<bool> row = statement_.step();
        if (!row) return because(row, "while reading the log");
        is_there_ = *row;
        key_ = is_there_ ? statement_.integer(0) : 0;
        return ok();
    }
    [[nodiscard]] bool is_there() const { return is_there_; }
    [[nodiscard]] bool is_at(std::int64_t key) const { return is_there_ && key_ == key; }
    [[nodiscard]] bool is_before(std::int64_t key) const { return is_there_ && key_ < key; }
    [[nodiscard]] std::int64_t key() const { return key_; }
    [[nodiscard]] const Statement& row() const { return statement_; }

  private:
    explicit Cursor(Statement statement) : statement_(std::move(statement)) {}
    Statement statement_;
    bool is_there_ = false;
    std::int64_t key_ = 0;
};

/// A record that does not make the leaf that the log has in its place.
struct Changed {
    std::uint64_t index;
    Hash leaf;
    std::string name;
};

class Walk {
  public:
    Walk(Cursor records, Cursor parts, Cursor nodes, CheckpointAudit checkpoints)
        : records_(std::move(records)),
          parts_(std::move(parts)),
          nodes_(std::move(nodes)),
          checkpoints_(std::move(checkpoints)) {}

    Result<LogAudit> run() && {
        while (records_.is_there() || nodes_.is_there()) {
            auto went_on = take_leaf();
            if (!went_on) return tl::unexpected(went_on.error());
            if (!*went_on) break;
        }
        while (parts_.is_there()) {
            if (auto skipped = skip_part(); !skipped) return tl::unexpected(skipped.error());
        }
        tell_changed();
        tell_missing_end();
        audit_.root = log_.root();
        if (auto ended = checkpoints_.finish(log_.size(), audit_); !ended) return tl::unexpected(ended.error());
        return std::move(audit_);
    }

  private:
    void wrong(std::string sentence) { audit_.mistakes.add(std::move(sentence)); }

    /// The next leaf with the hashes that it completes; false: there is nothing any more that could be one.
    Result<bool> take_leaf() {
        const auto computed = take_record();
        if (!computed) return tl::unexpected(computed.error());
        const auto stored = take_node(leaf_position(log_.size()));
        if (!stored) return tl::unexpected(stored.error());
        if (!*computed) note_missing(stored->has_value());
        if (!*computed && !*stored) {
            wrong("hashes of the log are missing from leaf " + number(log_.size()) + " on, and others stand behind them");
            return false;
        }
        if (*computed && !*stored) wrong(name() + ": the log has no hash of it");
        if (*computed && *stored && **computed != **stored) note_changed(**computed, **stored);
        return append(*stored ? **stored : **computed);
    }

    Result<bool> append(const Hash& leaf) {
        const auto nodes = log_.append(leaf);
        if (!nodes) return tl::unexpected(nodes.error());
        for (auto node = nodes->begin() + 1; node != nodes->end(); ++node) {
            const auto stored = take_node(node->position);
            if (!stored) return tl::unexpected(stored.error());
            if (!*stored || **stored != node->hash) {
                wrong("the log's own hash at position " + number(node->position) + " is not that of the two below it");
            }
        }
        if (auto compared = checkpoints_.compare(log_, audit_); !compared) return tl::unexpected(compared.error());
        return true;
    }

    /// The leaf that the next record makes; nothing when it is missing.
    Result<std::optional<Hash>> take_record() {
        const auto id = static_cast<std::int64_t>(log_.size()) + 1;
        while (records_.is_before(id)) {
            wrong("a record has the number " + std::to_string(records_.key()) + ", which the log cannot have given");
            if (auto moved = records_.next(); !moved) return tl::unexpected(moved.error());
        }
        if (!records_.is_at(id)) return std::optional<Hash>{};
        const ByteView uuid = records_.row().view(1);
        name_of_record(id, uuid);
        stubs_.clear();
        if (auto taken = take_parts(id); !taken) return tl::unexpected(taken.error());
        const Hash leaf = record_leaf(uuid, records_.row().view(2), stubs_);
        ++audit_.records;
        if (auto moved = records_.next(); !moved) return tl::unexpected(moved.error());
        return std::optional(leaf);
    }

    void name_of_record(std::int64_t id, ByteView uuid) {
        id_ = id;
        uuid_ = {};
        if (uuid.size() == uuid_.size()) std::copy(uuid.begin(), uuid.end(), uuid_.begin());
        name_ = {};
    }

    Result<void> take_parts(std::int64_t id) {
        while (parts_.is_before(id)) {
            if (auto skipped = skip_part(); !skipped) return skipped;
        }
        for (std::uint64_t place = 0; parts_.is_at(id); ++place) {
            take_part(parts_.row(), place);
            if (auto moved = parts_.next(); !moved) return moved;
        }
        return ok();
    }

    void take_part(const Statement& row, std::uint64_t place) {
        const ByteView digest = row.view(2);
        const ByteView commitment = row.view(3);
        if (row.integer(1) != static_cast<std::int64_t>(place) || digest.size() != sizeof(Hash) ||
            commitment.size() != sizeof(Hash)) {
            wrong(name() + ": part " + std::to_string(row.integer(1)) + " has another number or hashes than one can have");
        }
        stubs_.insert(stubs_.end(), digest.begin(), digest.end());
        stubs_.insert(stubs_.end(), commitment.begin(), commitment.end());
        ++audit_.parts;
        if (row.integer(4) == 0) ++audit_.erased;
        const ByteView content = row.view(5);
        if (!content.empty() && !std::ranges::equal(sha256(content), digest)) {
            wrong(name() + ": part " + number(place) + " is encrypted text of another SHA-256 than its digest");
        }
    }

    Result<void> skip_part() {
        wrong("there is a part of record " + std::to_string(parts_.key()) + ", and no such record");
        return parts_.next();
    }

    Result<std::optional<Hash>> take_node(std::uint64_t position) {
        const auto key = static_cast<std::int64_t>(position);
        while (nodes_.is_before(key)) {
            wrong("a hash stands at position " + std::to_string(nodes_.key()) + " of the log, where none can be");
            if (auto moved = nodes_.next(); !moved) return tl::unexpected(moved.error());
        }
        Hash hash{};
        if (!nodes_.is_at(key)) return std::optional<Hash>{};
        const ByteView bytes = nodes_.row().view(1);
        if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
        if (auto moved = nodes_.next(); !moved) return tl::unexpected(moved.error());
        return std::optional(hash);
    }

    /// Made when it is needed: it takes as long as the hashes.
    const std::string& name() {
        if (name_.empty()) name_ = "record " + std::to_string(id_) + " (" + to_text(uuid_) + ")";
        return name_;
    }

    void note_changed(const Hash& computed, const Hash& stored) {
        if (changed_.size() == kMostCompared) return wrong(name() + ": it was changed");
        changed_.push_back({log_.size(), computed, name()});
        places_.emplace(stored, log_.size());
    }

    void tell_changed() {
        for (const Changed& one : changed_) {
            const auto place = places_.find(one.leaf);
            if (place == places_.end()) {
                wrong(one.name + ": its facts, its identifier, or the digest or commitment of a part was changed, or a part is "
                                 "missing: it does not make the hash that the log has of it");
            } else {
                wrong(one.name + ": it stands in the place of record " + number(one.index + 1) + ", and the log has it as record " +
                      number(place->second + 1) + ": records were reordered");
            }
        }
    }

    void note_missing(bool has_hash) {
        if (records_.is_there()) return wrong("record " + number(log_.size() + 1) + " is missing, and later ones are there");
        if (has_hash) ++missing_at_end_;
    }

    void tell_missing_end() {
        if (missing_at_end_ == 0) return;
        wrong("the last " + number(missing_at_end_) + " record(s) are missing: the log has hashes of " + number(log_.size()) +
              " records, and " + number(audit_.records) + " are there");
    }

    Cursor records_;
    Cursor parts_;
    Cursor nodes_;
    CheckpointAudit checkpoints_;
    MerkleAppender log_;
    LogAudit audit_;
    std::int64_t id_ = 0;
    RecordId uuid_{};
    std::string name_;
    Bytes stubs_;
    std::vector<Changed> changed_;
    std::map<Hash, std::uint64_t> places_;  // of the leaves that the log has instead
    std::uint64_t missing_at_end_ = 0;
};

}  // namespace

void Findings::add(std::string sentence) {
    if (first_.size() < kMostShown) first_.push_back(std::move(sentence));
    ++count_;
}

Result<LogAudit> audit_log(Database& database, const AuditQuestion& question) {
    // One view of all tables, while others append. It ends with the statements of the walk and COMMIT.
    if (auto begun = database.exec("BEGIN"); !begun) return because(begun, "log");
    Result<LogAudit> audit;
    {
        auto records = Cursor::open(database, kRecords);
        if (!records) return because(records, "records");
        auto parts = Cursor::open(database, question.depth == AuditDepth::Content ? kPartsWithContent : kParts);
        if (!parts) return because(parts, "parts");
        auto nodes = Cursor::open(database, kNodes);
        if (!nodes) return because(nodes, "hashes");
        auto checkpoints = CheckpointAudit::open(database, question);
        if (!checkpoints) return because(checkpoints, "checkpoints");
        Walk walk(*std::move(records), *std::move(parts), *std::move(nodes), *std::move(checkpoints));
        audit = std::move(walk).run();
    }
    if (auto ended = database.exec("COMMIT"); !ended) return because(ended, "log");
    return audit;
}

}  // namespace smarttls::store
