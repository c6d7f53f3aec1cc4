// SPDX-License-Identifier: Apache-2.0
#include "store/log/merkle_proof.h"

#include <bit>
#include <limits>

#include "memory_log.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using test::MemoryLog;

/// RFC 9162 section 2.1, word for word: recursive, without anything stored.
class NaiveTree {
  public:
    void append(const Hash& leaf) { leaves_.push_back(leaf); }

    [[nodiscard]] Hash root(std::size_t begin, std::size_t end) const {
        if (begin == end) return empty_root();
        if (end - begin == 1) return leaves_[begin];
        const std::size_t middle = split(begin, end);
        return node_hash(root(begin, middle), root(middle, end));
    }
    /// PATH(m, D[begin:end])
    [[nodiscard]] Proof path(std::size_t m, std::size_t begin, std::size_t end) const {
        if (end - begin == 1) return {};
        const std::size_t middle = split(begin, end);
        return m < middle - begin
                   ? with(path(m, begin, middle), root(middle, end))
                   : with(path(m - (middle - begin), middle, end), root(begin, middle));
    }
    /// SUBPROOF(m, D[begin:end], b)
    [[nodiscard]] Proof subproof(std::size_t m, std::size_t begin, std::size_t end, bool b) const {
        if (m == end - begin) return b ? Proof{} : Proof{root(begin, end)};
        const std::size_t middle = split(begin, end);
        return m <= middle - begin
                   ? with(subproof(m, begin, middle, b), root(middle, end))
                   : with(subproof(m - (middle - begin), middle, end, false), root(begin, middle));
    }

  private:
    static std::size_t split(std::size_t begin, std::size_t end) {
        std::size_t k = 1;
        while (2 * k < end - begin) k *= 2;
        return begin + k;
    }
    static Proof with(Proof proof, const Hash& hash) {
        proof.push_back(hash);
        return proof;
    }
    std::vector<Hash> leaves_;
};

Hash leaf(std::size_t number) {
    return leaf_hash(bytes_of("entry " + std::to_string(number)));
}

class MerkleProofTest : public testing::Test {
  protected:
    static constexpr std::size_t kSize = 260;
    MerkleProofTest() {
        for (std::size_t i = 0; i < kSize; ++i) {
            log_.append(leaf(i));
            naive_.append(leaf(i));
        }
        for (std::size_t size = 0; size <= kSize; ++size) roots_.push_back(naive_.root(0, size));
    }
    MemoryLog log_;
    NaiveTree naive_;
    std::vector<Hash> roots_;
};

TEST_F(MerkleProofTest, RootsOfEarlierSizesAreTheNaiveOnes) {
    for (std::size_t size = 0; size <= kSize; ++size) {
        EXPECT_EQ(*root_of(size, log_.reader()), roots_[size]) << size;
    }
}

TEST_F(MerkleProofTest, InclusionProofsAreTheNaiveOnesAndHold) {
    for (std::size_t size = 1; size <= kSize; size += size < 70 ? 1 : 19) {
        for (std::size_t index = 0; index < size; ++index) {
            const LeafPlace place{index, size};
            const auto proof = inclusion_proof(place, log_.reader());
            ASSERT_TRUE(proof);
            ASSERT_EQ(*proof, naive_.path(index, 0, size)) << index << " of " << size;
            ASSERT_TRUE(verify_inclusion(place, leaf(index), *proof, roots_[size]));
        }
    }
}

TEST_F(MerkleProofTest, ConsistencyProofsAreTheNaiveOnesAndHold) {
    for (std::size_t size = 1; size <= kSize; size += size < 70 ? 1 : 19) {
        for (std::size_t old_size = 1; old_size <= size; ++old_size) {
            const Growth growth{old_size, size};
            const auto proof = consistency_proof(growth, log_.reader());
            ASSERT_TRUE(proof);
            ASSERT_EQ(*proof, naive_.subproof(old_size, 0, size, true)) << old_size << " " << size;
            ASSERT_TRUE(verify_consistency(growth, roots_[old_size], roots_[size], *proof));
        }
    }
}

TEST_F(MerkleProofTest, AProofReadsFewNodes) {
    const auto most = 2 * static_cast<std::size_t>(std::bit_width(kSize));
    for (std::size_t i = 1; i < kSize; ++i) {
        ASSERT_TRUE(inclusion_proof({i, kSize}, log_.reader()));
        EXPECT_LE(log_.take_reads(), most);
        ASSERT_TRUE(consistency_proof({i, kSize}, log_.reader()));
        EXPECT_LE(log_.take_reads(), most);
    }
}

/// Calls `judge` with each proof that differs from this one in a bit, a hash less, or a hash more.
template <class Judge>
void for_each_forgery(const Proof& proof, const Judge& judge) {
    for (std::size_t bit = 0; bit < 256 * proof.size(); ++bit) {
        Proof forged = proof;
        forged[bit / 256][bit % 256 / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        judge(forged);
    }
    for (std::size_t i = 0; i < proof.size(); ++i) {
        Proof shorter = proof;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
        judge(shorter);
    }
    for (std::size_t i = 0; i <= proof.size(); ++i) {
        Proof longer = proof;
        longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), leaf(i));
        judge(longer);
    }
}

TEST_F(MerkleProofTest, NoForgedInclusionProofHolds) {
    for (const LeafPlace place : {LeafPlace{0, 1}, {0, 7}, {6, 7}, {4, 7}, {3, 8}, {36, 37}}) {
        const auto proof = inclusion_proof(place, log_.reader());
        for_each_forgery(*proof, [&](const Proof& forged) {
            EXPECT_FALSE(verify_inclusion(place, leaf(place.index), forged, roots_[place.size]));
        });
        EXPECT_FALSE(verify_inclusion(place, leaf(place.index + 1), *proof, roots_[place.size]));
        EXPECT_FALSE(verify_inclusion(place, leaf(place.index), *proof, roots_[place.size + 1]));
    }
}

TEST_F(MerkleProofTest, ALeafIsProvedAtItsOwnPlaceAlone) {
    constexpr std::size_t kLeaves = 23;
    for (std::size_t index = 0; index < kLeaves; ++index) {
        const auto proof = inclusion_proof({index, kLeaves}, log_.reader());
        for (std::size_t other = 0; other < kLeaves; ++other) {
            EXPECT_EQ(verify_inclusion({other, kLeaves}, leaf(index), *proof, roots_[kLeaves])
                          .has_value(),
                      other == index);
        }
    }
}

TEST_F(MerkleProofTest, NoForgedConsistencyProofHolds) {
    for (const Growth growth : {Growth{1, 1}, {1, 8}, {6, 8}, {2, 5}, {4, 7}, {8, 8}, {21, 37}}) {
        const auto proof = consistency_proof(growth, log_.reader());
        const Hash old_root = roots_[growth.old_size];
        const Hash new_root = roots_[growth.new_size];
        for_each_forgery(*proof, [&](const Proof& forged) {
            EXPECT_FALSE(verify_consistency(growth, old_root, new_root, forged));
        });
        EXPECT_FALSE(verify_consistency(growth, roots_[growth.old_size + 1], new_root, *proof));
        EXPECT_FALSE(verify_consistency(growth, old_root, roots_[growth.new_size + 1], *proof));
    }
}

TEST_F(MerkleProofTest, EveryTreeGrowsFromTheEmptyOne) {
    EXPECT_EQ(*consistency_proof({0, 5}, log_.reader()), Proof{});
    EXPECT_TRUE(verify_consistency({0, 5}, empty_root(), roots_[5], {}));
    EXPECT_TRUE(verify_consistency({0, 0}, empty_root(), empty_root(), {}));
    EXPECT_FALSE(verify_consistency({0, 5}, roots_[5], roots_[5], {}));
    EXPECT_FALSE(verify_consistency({0, 0}, empty_root(), roots_[5], {}));
    EXPECT_FALSE(verify_consistency({0, 5}, empty_root(), roots_[5], {leaf(0)}));
}

TEST_F(MerkleProofTest, PlacesThatDoNotExistAreSaid) {
    constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
    const auto beyond = inclusion_proof({7, 7}, log_.reader());
    EXPECT_EQ(beyond.error().what, "there is no leaf 7 in a log of 7");
    EXPECT_FALSE(inclusion_proof({0, 0}, log_.reader()));
    EXPECT_FALSE(root_from({kHuge - 1, kHuge}, leaf(0), Proof(64)));
    EXPECT_FALSE(root_of(kHuge, log_.reader()));
    const auto shrinks = verify_consistency({8, 7}, roots_[8], roots_[7], {});
    EXPECT_EQ(shrinks.error().what, "no log of 8 leaves grows to 7");
    EXPECT_EQ(shrinks.error().kind, ErrorKind::Malformed);
    EXPECT_FALSE(consistency_proof({8, 7}, log_.reader()));
}

TEST_F(MerkleProofTest, ErrorsOfTheReaderArePassedOn) {
    const ReadNode broken = [](std::uint64_t) -> Result<Hash> {
        return policy::fail(ErrorKind::Temporary, "the disk sleeps");
    };
    EXPECT_EQ(root_of(3, broken).error().what, "the disk sleeps");
    EXPECT_EQ(inclusion_proof({1, 3}, broken).error().what, "the disk sleeps");
    EXPECT_EQ(consistency_proof({1, 3}, broken).error().what, "the disk sleeps");
}

TEST_F(MerkleProofTest, AWrongLengthIsToldFromAWrongRoot) {
    const auto shorter = verify_inclusion({3, 8}, leaf(3), Proof(2), roots_[8]);
    EXPECT_EQ(shorter.error().kind, ErrorKind::Malformed);
    EXPECT_EQ(shorter.error().what, "a proof for this place does not have 2 hashes");
    const auto longer = verify_inclusion({3, 8}, leaf(3), Proof(4), roots_[8]);
    EXPECT_EQ(longer.error().what, "a proof for this place does not have 4 hashes");
    const auto grown = verify_consistency({4, 8}, roots_[4], roots_[8], Proof(2));
    EXPECT_EQ(grown.error().what, "a proof for this place does not have 2 hashes");
    const auto wrong = verify_inclusion({3, 8}, leaf(3), Proof(3), roots_[8]);
    EXPECT_EQ(wrong.error().kind, ErrorKind::Untrusted);
    EXPECT_EQ(wrong.error().what, "the proof does not lead to the root");
}

}  // namespace
}  // namespace smarttls::store
