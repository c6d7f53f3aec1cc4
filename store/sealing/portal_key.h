// SPDX-License-Identifier: Apache-2.0
//
// PortalKey: what the portal hides its own database with: tokens, codes and addresses are kept as keyed hashes, and what
// it has to read again (addresses, numbers, mail that waits) encrypted. Who has a copy of portal.db alone has neither.
//
//     Result<PortalKey> key = PortalKey::load_or_create(path);
//     const SecretHash hash = key->hash(Secret::Token, token);
//     const Bytes sealed = key->seal("bob@example.nl");        Result<std::string> text = key->open(sealed);
//
// Hashes are HMAC-SHA-256 and differ by what is hashed; encryption is XChaCha20-Poly1305 with a random nonce in front. The file
// is one line, "smarttls-portal-key " and 32 bytes in Base64 (0400).
// Threads: immutable value. Errors: Temporary (I/O), Corrupt (no such key; not what was sealed), Misconfigured (its directory).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

using SecretHash = std::array<std::uint8_t, 32>;

/// What is hashed: one text has another hash as another thing.
enum class Secret : char { Address = 'a', Token = 't', Code = 'c', Session = 's', Device = 'd', Client = 'n', Bounce = 'b' };

class PortalKey {
  public:
    static constexpr std::size_t kSize = 32;

    [[nodiscard]] static Result<PortalKey> load(const std::string& path);
    [[nodiscard]] static Result<PortalKey> load_or_create(const std::string& path);
    PortalKey(const PortalKey&) = default;
    PortalKey& operator=(const PortalKey&) = default;
    ~PortalKey();

    [[nodiscard]] SecretHash hash(Secret kind, std::string_view text) const;
    [[nodiscard]] std::vector<std::uint8_t> seal(std::string_view text) const;
    [[nodiscard]] Result<std::string> open(std::span<const std::uint8_t> sealed) const;

  private:
    PortalKey() = default;
    [[nodiscard]] SecretHash derive(char purpose) const;
    std::array<std::uint8_t, kSize> bytes_{};
};

/// Compares without telling by its time where they differ.
[[nodiscard]] bool same_secret(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right);

/// So many random bytes in Base64 for URLs, without padding.
[[nodiscard]] std::string random_token(std::size_t bytes);
/// So many random digits.
[[nodiscard]] std::string random_digits(std::size_t count);

}  // namespace smarttls::store
