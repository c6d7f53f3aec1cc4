// SPDX-License-Identifier: Apache-2.0
//
// Sizes and numbers of a sealed message's file, shared by its writer and its reader.
//
// Threads: constants, plain values and pure functions.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/log/hash.h"
#include "store/sealing/sealed_message.h"

namespace smarttls::store {

inline constexpr std::size_t kSealIdSize = 16;
inline constexpr std::size_t kStreamKeySize = crypto_secretstream_xchacha20poly1305_KEYBYTES;
inline constexpr std::size_t kStreamHeaderSize = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
inline constexpr std::size_t kChunkOverhead = crypto_secretstream_xchacha20poly1305_ABYTES;
inline constexpr std::size_t kWrappedKeySize = kStreamKeySize + kSealIdSize + crypto_box_SEALBYTES;
inline constexpr std::size_t kLengthSize = 4;
inline constexpr std::size_t kFrameSize = kLengthSize + kSealedChunk + kChunkOverhead;

/// What is sealed to the epoch's key. The id binds the key to its message. Wiped behind itself.
struct KeyAndId {
    std::array<std::uint8_t, kStreamKeySize + kSealIdSize> bytes{};

    KeyAndId() = default;
    KeyAndId(const KeyAndId&) = delete;
    KeyAndId& operator=(const KeyAndId&) = delete;
    ~KeyAndId() { sodium_memzero(bytes.data(), bytes.size()); }
    [[nodiscard]] std::uint8_t* key() { return bytes.data(); }
    [[nodiscard]] std::uint8_t* id() { return bytes.data() + kStreamKeySize; }
};

/// Four bytes, most significant first.
inline void put_length(std::span<std::uint8_t> bytes, std::size_t length) {
    for (std::size_t index = 0; index < kLengthSize; ++index) {
        bytes[index] = static_cast<std::uint8_t>(length >> (8 * (kLengthSize - 1 - index)));
    }
}

[[nodiscard]] inline std::size_t get_length(std::span<const std::uint8_t> bytes) {
    std::size_t length = 0;
    for (const std::uint8_t byte : bytes.first(kLengthSize)) length = length << 8 | byte;
    return length;
}

}  // namespace smarttls::store
