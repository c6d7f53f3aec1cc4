// SPDX-License-Identifier: Apache-2.0
//
// The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1), as it grows. The hashes of its
// leaves and of each complete subtree are stored by post-order position, so that appending only
// ever appends:
//
//     auto tree = MerkleAppender::restore(size, peaks);    // the hashes at peak_positions(size)
//     const auto added = tree->append(leaf_hash(entry));
//     for (const Node& node : *added) store(node.position, node.hash);
//     tree->root();
//
// A subtree of height h whose last leaf is j stands at 2j - popcount(j) + h; a leaf has height 0.
// The proofs are in merkle_proof.h.
// Ownership: values. Threads: one for an appender, the functions are pure. Errors: Corrupt (what is
// restored is not the peaks of such a tree), Permanent (the tree is full).
#pragma once

#include "store/log/hash.h"

namespace smarttls::store {

/// More leaves than any log has, few enough that no position overflows 64 bits.
constexpr std::uint64_t kMostLeaves = std::uint64_t{1} << 62;

/// SHA-256(0x00 || entry)
[[nodiscard]] Hash leaf_hash(ByteView entry);
/// SHA-256(0x01 || left || right)
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);
/// The root of a tree without leaves: SHA-256 of nothing.
[[nodiscard]] Hash empty_root();

/// Where the complete subtree of 2^height leaves stands of which `last_leaf` is the last.
[[nodiscard]] std::uint64_t subtree_position(std::uint64_t last_leaf, unsigned height);
[[nodiscard]] std::uint64_t leaf_position(std::uint64_t index);
/// How many nodes a tree of this size has stored; they stand at the positions from 0 on.
[[nodiscard]] std::uint64_t stored_nodes(std::uint64_t size);
/// The complete subtrees that make up a tree of this size, the largest first.
[[nodiscard]] std::vector<std::uint64_t> peak_positions(std::uint64_t size);

struct Node {
    std::uint64_t position;
    Hash hash;
};

class MerkleAppender {
  public:
    /// An empty tree.
    MerkleAppender() = default;
    [[nodiscard]] static Result<MerkleAppender> restore(std::uint64_t size,
                                                        std::vector<Hash> peaks);

    /// Adds a leaf; the nodes to store, by ascending position, the leaf itself first.
    [[nodiscard]] Result<std::vector<Node>> append(const Hash& leaf);

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Hash root() const;
    /// The hashes at peak_positions(size()).
    [[nodiscard]] const std::vector<Hash>& peaks() const { return peaks_; }

  private:
    MerkleAppender(std::uint64_t size, std::vector<Hash> peaks)
        : size_(size), peaks_(std::move(peaks)) {}

    std::uint64_t size_ = 0;
    std::vector<Hash> peaks_;
};

/// The root above peaks, the largest first.
[[nodiscard]] Hash root_above(const std::vector<Hash>& peaks);

}  // namespace smarttls::store
