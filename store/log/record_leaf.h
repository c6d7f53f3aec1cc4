// SPDX-License-Identifier: Apache-2.0
//
// What the log says of a record: a commitment to its facts and parts that tells nothing of them.
//
//     entry = "smarttls evidence record 1\n" || id || SHA-256(facts)
//             || SHA-256(digest 0 || commitment 0 || digest 1 || commitment 1 ...)
//     digest i     = SHA-256(ciphertext of part i)
//     commitment i = HMAC-SHA-256(salt i, SHA-256(plaintext of part i))
//
// A part that is erased leaves its digest and its commitment, and the entry stays what it was. Both
// salt and plaintext are gone then: without the salt nobody can try plaintexts.
// Threads: pure functions. Errors: Malformed (no id).
#pragma once

#include "store/log/hash.h"

namespace smarttls::store {

/// A UUID of version 7 (RFC 9562 section 5.7).
using RecordId = std::array<std::uint8_t, 16>;

/// In lower case: "0190163d-8694-739b-aea5-966c26f8ad91" (RFC 9562 section 4).
[[nodiscard]] std::string to_text(const RecordId& id);
[[nodiscard]] Result<RecordId> parse_record_id(std::string_view text);

/// What stays of a part for ever.
struct PartStub {
    Hash digest{};
    Hash commitment{};
};

[[nodiscard]] Hash part_commitment(const Hash& salt, std::string_view plaintext);

/// The entry of a record in the log; its leaf is leaf_hash(entry).
[[nodiscard]] Bytes record_entry(const RecordId& id, std::string_view facts,
                                 const std::vector<PartStub>& parts);

/// The same leaf from bytes as they are stored: `stubs` is digest 0 || commitment 0 || digest 1 ...
[[nodiscard]] Hash record_leaf(ByteView id, ByteView facts, ByteView stubs);

}  // namespace smarttls::store
