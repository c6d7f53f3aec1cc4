// SPDX-License-Identifier: Apache-2.0
#include "store/log/merkle.h"

#include <bit>

#include "memory_log.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::MemoryLog;

TEST(MerkleTest, RootsAreThoseOfTheKnownTestData) {
    // The eight entries that the implementations of RFC 6962 share (certificate-transparency,
    // merkle_tree_test) and the roots of the first one, two, three ... of them.
    const std::vector<Bytes> entries = {{},
                                        {0x00},
                                        {0x10},
                                        {0x20, 0x21},
                                        {0x30, 0x31},
                                        {0x40, 0x41, 0x42, 0x43},
                                        {0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57},
                                        {0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
                                         0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f}};
    const std::vector<std::string> roots = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    MerkleAppender tree;
    EXPECT_EQ(to_hex(tree.root()), roots[0]);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        ASSERT_TRUE(tree.append(leaf_hash(entries[i])));
        EXPECT_EQ(to_hex(tree.root()), roots[i + 1]) << i + 1;
    }
}

TEST(MerkleTest, PositionsAreThoseOfThePostOrder) {
    // Written down by hand for seven leaves: 0 1 (2) 3 4 (5) ((6)) 7 8 (9) 10
    const std::vector<std::uint64_t> leaves = {0, 1, 3, 4, 7, 8, 10};
    for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_EQ(leaf_position(i), leaves[i]);
    EXPECT_EQ(subtree_position(1, 1), 2U);
    EXPECT_EQ(subtree_position(3, 1), 5U);
    EXPECT_EQ(subtree_position(3, 2), 6U);
    EXPECT_EQ(subtree_position(5, 1), 9U);
    EXPECT_EQ(peak_positions(0), std::vector<std::uint64_t>{});
    EXPECT_EQ(peak_positions(7), (std::vector<std::uint64_t>{6, 9, 10}));
    EXPECT_EQ(stored_nodes(7), 11U);
}

TEST(MerkleTest, NodesAreAppendedWithoutAGap) {
    MemoryLog log;
    for (std::uint64_t size = 0; size < 260; ++size) {
        EXPECT_EQ(log.nodes().size(), stored_nodes(size));
        log.append(leaf_hash(bytes_of(std::to_string(size))));
    }
}

TEST(MerkleTest, ATreeIsRestoredFromItsPeaks) {
    MemoryLog log;
    for (std::uint64_t size = 0; size < 70; ++size) {
        std::vector<Hash> peaks;
        for (const std::uint64_t position : peak_positions(size)) {
            peaks.push_back(log.nodes().at(position));
        }
        const auto restored = MerkleAppender::restore(size, peaks);
        ASSERT_TRUE(restored);
        EXPECT_EQ(restored->root(), log.tree().root());
        EXPECT_EQ(restored->peaks(), log.tree().peaks());
        log.append(leaf_hash(bytes_of(std::to_string(size))));
    }
}

TEST(MerkleTest, WhatAreNotItsPeaksIsRefused) {
    for (const auto& [size, peaks] : {std::pair<std::uint64_t, std::size_t>{7, 2},
                                      {7, 4},
                                      {0, 1},
                                      {1, 0},
                                      {kMostLeaves + 1, 2}}) {
        const auto restored = MerkleAppender::restore(size, std::vector<Hash>(peaks));
        ASSERT_FALSE(restored) << size;
        EXPECT_EQ(restored.error().kind, ErrorKind::Corrupt);
    }
}

TEST(MerkleTest, AFullTreeTakesNoMore) {
    auto tree = MerkleAppender::restore(kMostLeaves - 1, std::vector<Hash>(62));
    ASSERT_TRUE(tree);
    const auto last = tree->append(Hash{});
    ASSERT_TRUE(last);
    EXPECT_EQ(last->size(), 63U);
    EXPECT_EQ(last->back().position + 1, stored_nodes(kMostLeaves));
    EXPECT_EQ(tree->append(Hash{}).error().kind, ErrorKind::Permanent);
}

}  // namespace
}  // namespace smarttls::store
