// SPDX-License-Identifier: Apache-2.0
#include "store/log/merkle_proof.h"

#include <algorithm>
#include <bit>

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

auto malformed(std::string what) {
    return fail(ErrorKind::Malformed, std::move(what));
}

/// The leaves from `begin` to before `end`. Whoever splits a tree at the largest power of two below
/// its size meets only ranges that begin at a multiple of their largest complete subtree.
struct Range {
    std::uint64_t begin;
    std::uint64_t end;

    [[nodiscard]] std::uint64_t size() const { return end - begin; }
    /// RFC 9162 section 2.1.1: k, the largest power of two smaller than n.
    [[nodiscard]] std::uint64_t middle() const { return begin + std::bit_floor(size() - 1); }
    [[nodiscard]] Range left() const { return {begin, middle()}; }
    [[nodiscard]] Range right() const { return {middle(), end}; }
};

Result<Hash> hash_of(const Range& range, const ReadNode& read) {
    std::vector<Hash> peaks;
    std::uint64_t covered = range.begin;
    while (covered < range.end) {
        const std::uint64_t leaves = std::bit_floor(range.end - covered);
        covered += leaves;
        const auto height = static_cast<unsigned>(std::countr_zero(leaves));
        auto peak = read(subtree_position(covered - 1, height));
        if (!peak) return peak;
        peaks.push_back(*peak);
    }
    return root_above(peaks);
}

/// The hashes of ranges that were met from the root down, from the leaves up.
Result<Proof> hashes_of(std::vector<Range> ranges, const ReadNode& read) {
    std::reverse(ranges.begin(), ranges.end());
    Proof proof;
    for (const Range& range : ranges) {
        auto hash = hash_of(range, read);
        if (!hash) return tl::unexpected(hash.error());
        proof.push_back(*hash);
    }
    return proof;
}

/// Goes up from a node at `number` among the nodes of its height, of which `last` is the last, with
/// each hash of the proof: `on_left` says whether the sibling stands on the left.
/// RFC 9162 sections 2.1.3.2 and 2.1.4.2 share this walk (fn and sn there).
class Climb {
  public:
    Climb(std::uint64_t number, std::uint64_t last) : number_(number), last_(last) {}

    [[nodiscard]] bool at_root() const { return last_ == 0; }

    /// One step up; true when the sibling stands on the left.
    [[nodiscard]] bool step() {
        const bool on_left = (number_ & 1) != 0 || number_ == last_;
        // A node at the right border without a sibling is its own parent until it has one.
        while (on_left && (number_ & 1) == 0 && number_ != 0) up();
        up();
        return on_left;
    }

    void up() {
        number_ >>= 1;
        last_ >>= 1;
    }

  private:
    std::uint64_t number_;
    std::uint64_t last_;
};

Result<void> same(const Hash& found, const Hash& claimed, std::string_view what) {
    if (found == claimed) return policy::ok();
    return fail(ErrorKind::Untrusted, "the proof does not lead to the " + std::string(what));
}

Result<void> check_sizes(const Growth& growth) {
    if (growth.old_size <= growth.new_size && growth.new_size <= kMostLeaves) return policy::ok();
    return malformed("no log of " + std::to_string(growth.old_size) + " leaves grows to " +
                     std::to_string(growth.new_size));
}

Result<void> check_place(const LeafPlace& place) {
    if (place.index < place.size && place.size <= kMostLeaves) return policy::ok();
    return malformed("there is no leaf " + std::to_string(place.index) + " in a log of " +
                     std::to_string(place.size));
}

auto wrong_length(std::size_t hashes) {
    return malformed("a proof for this place does not have " + std::to_string(hashes) +
                     (hashes == 1 ? " hash" : " hashes"));
}

/// Both sizes are above zero and differ.
Result<void> climb_from_old_root(const Growth& growth, const Hash& old_root, const Hash& new_root,
                                 Proof path) {
    const std::size_t given = path.size();
    if (std::has_single_bit(growth.old_size)) path.insert(path.begin(), old_root);
    if (path.empty()) return wrong_length(given);
    Climb climb(growth.old_size - 1, growth.new_size - 1);
    for (int ones = std::countr_one(growth.old_size - 1); ones > 0; --ones) climb.up();
    Hash old_found = path.front();
    Hash new_found = path.front();
    for (auto hash = path.begin() + 1; hash != path.end(); ++hash) {
        if (climb.at_root()) return wrong_length(given);
        if (climb.step()) {
            old_found = node_hash(*hash, old_found);
            new_found = node_hash(*hash, new_found);
        } else {
            new_found = node_hash(new_found, *hash);
        }
    }
    if (!climb.at_root()) return wrong_length(given);
    if (auto old_same = same(old_found, old_root, "old root"); !old_same) return old_same;
    return same(new_found, new_root, "new root");
}

}  // namespace

Result<Hash> root_of(std::uint64_t size, const ReadNode& read) {
    if (auto valid = check_sizes({0, size}); !valid) return tl::unexpected(valid.error());
    return hash_of({0, size}, read);
}

Result<Proof> inclusion_proof(const LeafPlace& place, const ReadNode& read) {
    if (auto valid = check_place(place); !valid) return tl::unexpected(valid.error());
    std::vector<Range> siblings;
    Range range{0, place.size};
    while (range.size() > 1) {
        const bool in_left = place.index < range.middle();
        siblings.push_back(in_left ? range.right() : range.left());
        range = in_left ? range.left() : range.right();
    }
    return hashes_of(std::move(siblings), read);
}

Result<Proof> consistency_proof(const Growth& growth, const ReadNode& read) {
    if (auto valid = check_sizes(growth); !valid) return tl::unexpected(valid.error());
    if (growth.old_size == 0 || growth.old_size == growth.new_size) return Proof{};
    std::vector<Range> needed;
    Range range{0, growth.new_size};
    while (range.end != growth.old_size) {
        const bool in_left = growth.old_size <= range.middle();
        needed.push_back(in_left ? range.right() : range.left());
        range = in_left ? range.left() : range.right();
    }
    if (range.begin != 0) needed.push_back(range);  // else it is the old root, which is known
    return hashes_of(std::move(needed), read);
}

Result<Hash> root_from(const LeafPlace& place, const Hash& leaf, const Proof& proof) {
    if (auto valid = check_place(place); !valid) return tl::unexpected(valid.error());
    Climb climb(place.index, place.size - 1);
    Hash found = leaf;
    for (const Hash& hash : proof) {
        if (climb.at_root()) return wrong_length(proof.size());
        found = climb.step() ? node_hash(hash, found) : node_hash(found, hash);
    }
    if (!climb.at_root()) return wrong_length(proof.size());
    return found;
}

Result<void> verify_inclusion(const LeafPlace& place, const Hash& leaf, const Proof& proof,
                              const Hash& root) {
    auto found = root_from(place, leaf, proof);
    if (!found) return tl::unexpected(found.error());
    return same(*found, root, "root");
}

Result<void> verify_consistency(const Growth& growth, const Hash& old_root, const Hash& new_root,
                                const Proof& proof) {
    if (auto valid = check_sizes(growth); !valid) return valid;
    if (growth.old_size != 0 && growth.old_size != growth.new_size) {
        return climb_from_old_root(growth, old_root, new_root, proof);
    }
    if (!proof.empty()) return wrong_length(proof.size());
    if (growth.new_size != 0 && growth.old_size != 0) return same(new_root, old_root, "old root");
    if (auto empty = same(empty_root(), old_root, "old root"); !empty) return empty;
    return growth.new_size == 0 ? same(empty_root(), new_root, "new root") : policy::ok();
}

}  // namespace smarttls::store
