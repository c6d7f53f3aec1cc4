// SPDX-License-Identifier: Apache-2.0
//
// A sealed record: one event of the evidence, as it is kept. Its facts are clear and hold nothing personal; its parts
// (the message, then each recipient) are encrypted, each under a key of its own, so that what is kept about one
// person can be destroyed without touching what is kept about another.
//
//     SealedRecord sealed = seal_record(id, facts, parts, wrapping_key);
//     record_entry(id, facts, stubs_of(sealed))                  // what the log commits to (log/record_leaf.h)
//
//     Result<RecordSecret> secret = RecordSecret::unwrap(id, sealed.key.wrapped, private_key);
//     Result<OpenedPart> part = open_part(id, 1, sealed.parts[1], *secret, sealed.key.secrets);
//
// K = R ‖ r_i: R is random for each record and sealed to the epoch's public key (record_wrapping.h); r_i is random for
// each part. Encryption is XChaCha20-Poly1305 under HMAC-SHA-256(K, "smarttls evidence encryption"),
// which is used once and so needs no nonce, bound to the id and the number of the part. The commitment is
// HMAC-SHA-256(salt, SHA-256(plaintext)) with the salt HMAC-SHA-256(K, "smarttls evidence commitment"): whoever is
// shown plaintext and salt sees that this text and no other was meant, whoever is not learns nothing. Without R or
// r_i neither can be had back. Digest and commitment stay when a part is erased: every proof stays valid.
// Ownership: values; a RecordSecret is wiped. Threads: pure functions. Errors: Corrupt (not what was sealed).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/log/record_leaf.h"
#include "store/sealing/key.h"
#include "store/sealing/record_wrapping.h"

namespace smarttls::store {

inline constexpr std::size_t kPartSecretSize = 32;

using PartSecret = std::array<std::uint8_t, kPartSecretSize>;

struct SealedPart {
    PartStub stub;
    std::vector<std::uint8_t> ciphertext;
};

/// What opens a record, kept apart from it.
struct RecordKey {
    Epoch epoch = Epoch::of({});
    std::vector<std::uint8_t> wrapped;
    std::vector<std::uint8_t> secrets;  // kPartSecretSize bytes for each part; zeros where it was destroyed
};

struct SealedRecord {
    RecordId id;
    std::string facts;
    std::vector<SealedPart> parts;
    RecordKey key;
};

/// `id`: of this record and of no other.
[[nodiscard]] SealedRecord seal_record(const RecordId& id, std::string facts, std::span<const std::string> parts,
                                       const WrappingKey& key);

[[nodiscard]] std::vector<PartStub> stubs_of(const SealedRecord& record);

/// R of one record.
class RecordSecret {
  public:
    [[nodiscard]] static Result<RecordSecret> unwrap(const RecordId& id, std::span<const std::uint8_t> wrapped,
                                                     const PrivateKey& key);
    RecordSecret(RecordSecret&& other) noexcept;
    RecordSecret& operator=(RecordSecret&&) = delete;
    ~RecordSecret();

    [[nodiscard]] const PartSecret& bytes() const { return bytes_; }

  private:
    friend SealedRecord seal_record(const RecordId&, std::string, std::span<const std::string>, const WrappingKey&);
    RecordSecret() = default;
    PartSecret bytes_{};
};

struct OpenedPart {
    std::string plaintext;
    Hash salt{};
};

/// Whether the secret of this part is still there, among `secrets` as in RecordKey.
[[nodiscard]] bool has_secret(std::span<const std::uint8_t> secrets, std::size_t number);

/// `number`: of the part, from 0. Its text is what the stub commits to, or it is Corrupt.
[[nodiscard]] Result<OpenedPart> open_part(const RecordId& id, std::size_t number, const SealedPart& part,
                                           const RecordSecret& secret, std::span<const std::uint8_t> secrets);

}  // namespace smarttls::store
