// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the log share: a log in memory, which fails a test that appends out of order.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include "store/log/merkle_proof.h"

namespace smarttls::store::test {

class MemoryLog {
  public:
    void append(const Hash& leaf) {
        const auto added = tree_.append(leaf);
        for (const Node& node : *added) {
            EXPECT_EQ(node.position, nodes_.size());
            nodes_.push_back(node.hash);
        }
    }
    [[nodiscard]] ReadNode reader() const {
        return [this](std::uint64_t position) -> Result<Hash> {
            ++reads_;
            if (position < nodes_.size()) return nodes_[position];
            return policy::fail(policy::ErrorKind::Corrupt, "no node " + std::to_string(position));
        };
    }
    [[nodiscard]] const MerkleAppender& tree() const { return tree_; }
    [[nodiscard]] const std::vector<Hash>& nodes() const { return nodes_; }
    /// How many nodes were read since the last time.
    [[nodiscard]] std::size_t take_reads() const { return std::exchange(reads_, 0); }

  private:
    MerkleAppender tree_;
    std::vector<Hash> nodes_;
    mutable std::size_t reads_ = 0;
};

}  // namespace smarttls::store::test
