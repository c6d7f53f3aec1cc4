// SPDX-License-Identifier: Apache-2.0
//
// Proofs from a stored tree, and their verification from untrusted input (RFC 9162 section 2.1):
//
//     const LeafPlace place{7, 12};
//     auto proof = inclusion_proof(place, [&](std::uint64_t position) { return load(position); });
//     Result<void> in_log = verify_inclusion(place, leaf, *proof, root);
//
// A proof goes from the leaf to the root and reads O(log size) nodes.
// Threads: pure functions; the reader is called on the caller's thread. Errors: the reader's;
// Malformed (no such leaf, too many or too few hashes), Untrusted (well formed, and another root).
#pragma once

#include <functional>

#include "store/log/merkle.h"

namespace smarttls::store {

/// The hash stored at a post-order position.
using ReadNode = std::function<Result<Hash>(std::uint64_t position)>;
using Proof = std::vector<Hash>;

/// The leaf that stands at `index` (from 0 on) of a tree of `size` leaves.
struct LeafPlace {
    std::uint64_t index = 0;
    std::uint64_t size = 0;
};

/// A tree of `old_size` leaves that has grown to `new_size`.
struct Growth {
    std::uint64_t old_size = 0;
    std::uint64_t new_size = 0;
};

/// The root when the tree had `size` leaves.
[[nodiscard]] Result<Hash> root_of(std::uint64_t size, const ReadNode& read);

/// RFC 9162 section 2.1.3.1.
[[nodiscard]] Result<Proof> inclusion_proof(const LeafPlace& place, const ReadNode& read);
/// RFC 9162 section 2.1.4.1; empty when either size is 0 or both are the same.
[[nodiscard]] Result<Proof> consistency_proof(const Growth& growth, const ReadNode& read);

/// The root to which the proof leads (RFC 9162 section 2.1.3.2, steps 1 to 4).
[[nodiscard]] Result<Hash> root_from(const LeafPlace& place, const Hash& leaf, const Proof& proof);

[[nodiscard]] Result<void> verify_inclusion(const LeafPlace& place, const Hash& leaf,
                                            const Proof& proof, const Hash& root);

/// RFC 9162 section 2.1.4.2. Each tree grows from the empty one, and from itself.
[[nodiscard]] Result<void> verify_consistency(const Growth& growth, const Hash& old_root,
                                              const Hash& new_root, const Proof& proof);

}  // namespace smarttls::store
