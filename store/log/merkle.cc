// SPDX-License-Identifier: Apache-2.0
#include "store/log/merkle.h"

#include <bit>

namespace smarttls::store {

using policy::ErrorKind;
using policy::fail;

Hash leaf_hash(ByteView entry) {
    static constexpr std::array<std::uint8_t, 1> kLeaf{0x00};
    return sha256({kLeaf, entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
    static constexpr std::array<std::uint8_t, 1> kNode{0x01};
    return sha256({kNode, left, right});
}

Hash empty_root() {
    return sha256(ByteView());
}

std::uint64_t leaf_position(std::uint64_t index) {
    return 2 * index - static_cast<std::uint64_t>(std::popcount(index));
}

std::uint64_t subtree_position(std::uint64_t last_leaf, unsigned height) {
    return leaf_position(last_leaf) + height;
}

std::uint64_t stored_nodes(std::uint64_t size) {
    return leaf_position(size);  // where the next leaf goes
}

std::vector<std::uint64_t> peak_positions(std::uint64_t size) {
    std::vector<std::uint64_t> positions;
    std::uint64_t covered = 0;
    while (covered < size) {
        const std::uint64_t leaves = std::bit_floor(size - covered);
        covered += leaves;
        positions.push_back(
            subtree_position(covered - 1, static_cast<unsigned>(std::countr_zero(leaves))));
    }
    return positions;
}

Hash root_above(const std::vector<Hash>& peaks) {
    if (peaks.empty()) return empty_root();
    Hash root = peaks.back();
    for (auto peak = peaks.rbegin() + 1; peak != peaks.rend(); ++peak) {
        root = node_hash(*peak, root);
    }
    return root;
}

Result<MerkleAppender> MerkleAppender::restore(std::uint64_t size, std::vector<Hash> peaks) {
    const auto expected = static_cast<std::size_t>(std::popcount(size));
    if (size > kMostLeaves || peaks.size() != expected) {
        return fail(ErrorKind::Corrupt, "a log of " + std::to_string(size) +
                                            " leaves does not have " +
                                            std::to_string(peaks.size()) + " peaks");
    }
    return MerkleAppender(size, std::move(peaks));
}

Result<std::vector<Node>> MerkleAppender::append(const Hash& leaf) {
    if (size_ == kMostLeaves) return fail(ErrorKind::Permanent, "the log is full");
    std::uint64_t position = leaf_position(size_);
    std::vector<Node> nodes{{position, leaf}};
    // Each trailing one of the old size is a peak that the new leaf completes, the smallest first.
    for (int height = 0; height < std::countr_one(size_); ++height) {
        nodes.push_back({++position, node_hash(peaks_.back(), nodes.back().hash)});
        peaks_.pop_back();
    }
    peaks_.push_back(nodes.back().hash);
    ++size_;
    return nodes;
}

Hash MerkleAppender::root() const {
    return root_above(peaks_);
}

}  // namespace smarttls::store
