// SPDX-License-Identifier: Apache-2.0
#include "store/log/record_leaf.h"

#include "policy/text.h"

namespace smarttls::store {
namespace {

constexpr std::string_view kEntry = "smarttls evidence record 1\n";
constexpr std::size_t kVersionAt = 14;  // in the text of a UUID
constexpr std::size_t kVariantAt = 19;

bool is_hyphen_place(std::size_t place) {
    return place == 8 || place == 13 || place == 18 || place == 23;
}

/// -1 when it is no lower-case hexadecimal digit.
int digit_value(char byte) {
    if (policy::is_digit(byte)) return byte - '0';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool is_version_7(std::string_view text) {
    constexpr std::string_view kVariants = "89ab";
    return text[kVersionAt] == '7' && kVariants.find(text[kVariantAt]) != std::string_view::npos;
}

}  // namespace

std::string to_text(const RecordId& id) {
    std::string text = to_hex(id);
    for (const std::size_t place : {8U, 13U, 18U, 23U}) text.insert(place, 1, '-');
    return text;
}

Result<RecordId> parse_record_id(std::string_view text) {
    const auto wrong = [&] {
        return policy::fail(policy::ErrorKind::Malformed,
                            policy::quote(text, 60) + " is no UUID of version 7 in lower case");
    };
    constexpr std::size_t kSize = 36;
    if (text.size() != kSize || !is_version_7(text)) return wrong();
    RecordId id{};
    std::size_t digits = 0;
    for (std::size_t place = 0; place < kSize; ++place) {
        if (is_hyphen_place(place)) {
            if (text[place] != '-') return wrong();
            continue;
        }
        const int value = digit_value(text[place]);
        if (value < 0) return wrong();
        id[digits / 2] = static_cast<std::uint8_t>(id[digits / 2] << 4 | value);
        ++digits;
    }
    return id;
}

Hash part_commitment(const Hash& salt, std::string_view plaintext) {
    return hmac_sha256(salt, sha256(bytes_of(plaintext)));
}

Bytes record_entry(const RecordId& id, std::string_view facts, const std::vector<PartStub>& parts) {
    Bytes stubs;
    for (const PartStub& part : parts) {
        stubs.insert(stubs.end(), part.digest.begin(), part.digest.end());
        stubs.insert(stubs.end(), part.commitment.begin(), part.commitment.end());
    }
    const Hash facts_hash = sha256(bytes_of(facts));
    const Hash parts_hash = sha256(stubs);
    Bytes entry(kEntry.begin(), kEntry.end());
    entry.insert(entry.end(), id.begin(), id.end());
    entry.insert(entry.end(), facts_hash.begin(), facts_hash.end());
    entry.insert(entry.end(), parts_hash.begin(), parts_hash.end());
    return entry;
}

Hash record_leaf(ByteView id, ByteView facts, ByteView stubs) {
    static constexpr std::array<std::uint8_t, 1> kLeaf{0x00};  // as leaf_hash() has it
    const Hash facts_hash = sha256(facts);
    const Hash parts_hash = sha256(stubs);
    return sha256({kLeaf, bytes_of(kEntry), id, facts_hash, parts_hash});
}

}  // namespace smarttls::store
