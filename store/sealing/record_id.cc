// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/record_id.h"

#include <sodium.h>

#include <algorithm>

namespace smarttls::store {
namespace {

constexpr std::size_t kTimeBytes = 6;
constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

}  // namespace

RecordId RecordId::create(std::chrono::sys_time<std::chrono::milliseconds> time) {
    Bytes bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    const auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
    for (std::size_t i = 0; i < kTimeBytes; ++i) {
        bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (kTimeBytes - 1 - i)));
    }
    bytes[6] = static_cast<std::uint8_t>(0x70U | (bytes[6] & 0x0fU));  // version 7
    bytes[8] = static_cast<std::uint8_t>(0x80U | (bytes[8] & 0x3fU));  // the variant of RFC 9562 §4.1
    return RecordId(bytes);
}

std::optional<RecordId> RecordId::of(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != kSize) return std::nullopt;
    Bytes copy{};
    std::copy(bytes.begin(), bytes.end(), copy.begin());
    return RecordId(copy);
}

std::optional<RecordId> RecordId::parse(std::string_view text) {
    if (text.size() != kForm.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((text[i] == '-') != (kForm[i] == '-')) return std::nullopt;
    }
    Bytes bytes{};
    std::size_t size = 0;
    const char* end = nullptr;
    const bool is_hex = sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), "-", &size, &end) == 0;
    if (!is_hex || size != kSize || end != text.data() + text.size()) return std::nullopt;
    return RecordId(bytes);
}

std::string RecordId::str() const {
    std::string hex(2 * kSize + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes_.data(), bytes_.size());
    std::string text;
    std::size_t next = 0;
    for (const char form : kForm) text += form == '-' ? '-' : hex[next++];
    return text;
}

}  // namespace smarttls::store
