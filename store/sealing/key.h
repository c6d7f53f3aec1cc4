// SPDX-License-Identifier: Apache-2.0
//
// The key pair of an epoch (X25519). Whoever has the public key can seal and nothing else; the
// private key stays with the portal and the administrator.
//
//     Result<PrivateKey> key = PrivateKey::create(Epoch::of(now));
//     store_key(directory, key->public_key());     // <directory>/2026-11.pub
//     store_key(directory, *key);                  // <directory>/2026-11.key, mode 0400
//
// A key file is one line: what it is, the epoch, and the key in Base64, as in
// "smarttls-public-key 2026-11 4Wq...=".
// Ownership: a PrivateKey's bytes lie in memory that is locked, guarded and wiped (sodium_malloc).
// Threads: immutable. Errors: Temporary (I/O), Corrupt (a key file that cannot be read),
// Misconfigured (no such key), Bug (libsodium cannot start).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/sealing/epoch.h"

namespace smarttls::store {

struct PublicKey {
    static constexpr std::size_t kSize = 32;
    Epoch epoch;
    std::array<std::uint8_t, kSize> bytes;

    /// 16 hex digits by which records name the key: the first bytes of its BLAKE2b hash.
    [[nodiscard]] std::string id() const;
};

class PrivateKey {
  public:
    static constexpr std::size_t kSize = 32;

    /// A new pair.
    [[nodiscard]] static Result<PrivateKey> create(Epoch epoch);

    [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
    /// kSize bytes. Borrowed.
    [[nodiscard]] const std::uint8_t* bytes() const { return bytes_.get(); }

  private:
    friend Result<PrivateKey> load_private_key(const std::string& directory, Epoch epoch);
    struct Wipe {
        void operator()(std::uint8_t* bytes) const noexcept;
    };
    using Bytes = std::unique_ptr<std::uint8_t, Wipe>;
    PrivateKey(PublicKey public_key, Bytes bytes)
        : public_key_(public_key), bytes_(std::move(bytes)) {}
    [[nodiscard]] static Result<Bytes> allocate();

    PublicKey public_key_;
    Bytes bytes_;
};

/// Writes the key to its file, synced. A key that is there is never replaced: what is sealed to it
/// would be lost. True: written; false: there was one.
[[nodiscard]] Result<bool> store_key(const std::string& directory, const PublicKey& key);
[[nodiscard]] Result<bool> store_key(const std::string& directory, const PrivateKey& key);

[[nodiscard]] Result<PublicKey> load_public_key(const std::string& directory, Epoch epoch);
[[nodiscard]] Result<PrivateKey> load_private_key(const std::string& directory, Epoch epoch);

/// Overwrites and removes the private half, after the public one, so that nothing is sealed to it any more. Durable.
[[nodiscard]] Result<void> destroy_keys(const std::string& public_keys, const std::string& private_keys, Epoch epoch);

}  // namespace smarttls::store
