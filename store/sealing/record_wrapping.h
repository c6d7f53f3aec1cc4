// SPDX-License-Identifier: Apache-2.0
//
// How the key of a record is sealed to the public key of an epoch: X25519 and XSalsa20-Poly1305, as libsodium's
// crypto_box. The sender's key pair is made for many records; of it only the shared key stays, which is wiped.
//
//     Result<WrappingKey> key = WrappingKey::create(public_key);     // once a second (sealing_keys.h)
//     std::vector<std::uint8_t> wrapped = key->wrap(id, secret);     // E ‖ box
//     bool good = unwrap(id, wrapped, private_key, secret);
//
// E is the sender's public key; the nonce is BLAKE2b-192(E ‖ P ‖ id), P being the epoch's public key: ids are never used
// twice, and the box opens under its own id alone. A sealed box (crypto_box_seal) is the same with a pair for each record,
// two multiplications on the curve each time: they took a third of an append's CPU time. What that would protect is in
// the writing process's memory anyway: whoever reads that memory sees the records of this one second.
// Ownership: values. Threads: immutable. Errors: Misconfigured (a public key that is none), Bug (libsodium cannot start).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "store/log/record_leaf.h"
#include "store/sealing/key.h"

namespace smarttls::store {

inline constexpr std::size_t kRecordSecretSize = 32;

class WrappingKey {
  public:
    [[nodiscard]] static Result<WrappingKey> create(const PublicKey& recipient);
    WrappingKey(WrappingKey&& other) noexcept;
    WrappingKey& operator=(WrappingKey&&) = delete;
    ~WrappingKey();

    [[nodiscard]] std::vector<std::uint8_t> wrap(const RecordId& id,
                                                 std::span<const std::uint8_t, kRecordSecretSize> secret) const;
    [[nodiscard]] const Epoch& epoch() const { return recipient_.epoch; }

  private:
    explicit WrappingKey(const PublicKey& recipient) : recipient_(recipient) {}

    PublicKey recipient_;
    std::array<std::uint8_t, PublicKey::kSize> sender_{};
    std::array<std::uint8_t, 32> shared_{};
};

/// False: it was not wrapped for this key under this id.
[[nodiscard]] bool unwrap(const RecordId& id, std::span<const std::uint8_t> wrapped, const PrivateKey& key,
                          std::span<std::uint8_t, kRecordSecretSize> secret);

}  // namespace smarttls::store
