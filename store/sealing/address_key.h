// SPDX-License-Identifier: Apache-2.0
//
// AddressKey: the key under which mail addresses are hashed in the evidence, so that it can be searched for an address
// that it does not hold: HMAC-SHA-256, the first 16 bytes. An address is the same whatever the case of its letters.
//
//     Result<AddressKey> key = AddressKey::load_or_create(path);
//     const AddressHash hash = key->hash("Bob@example.nl");
//
// The file is one line, "smarttls-address-key " and 32 bytes in Base64. Whoever has it can find out whether an address that
// he knows of is in the evidence, so it is for the milter's group alone (0440).
// Threads: immutable value. Errors: Temporary (I/O), Corrupt (no such key), Misconfigured (missing, its directory).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace smarttls::store {

using policy::Result;

using AddressHash = std::array<std::uint8_t, 16>;

class AddressKey {
  public:
    static constexpr std::size_t kSize = 32;

    [[nodiscard]] static Result<AddressKey> load(const std::string& path);
    [[nodiscard]] static Result<AddressKey> load_or_create(const std::string& path);

    [[nodiscard]] AddressHash hash(std::string_view address) const;
    /// Byte for byte: RFC 5321 §2.4 lets the case of a mailbox's name matter.
    [[nodiscard]] AddressHash exact(std::string_view address) const;

  private:
    AddressKey() = default;
    [[nodiscard]] AddressHash hash_of(const std::string& text) const;
    std::array<std::uint8_t, kSize> bytes_{};
};

}  // namespace smarttls::store
