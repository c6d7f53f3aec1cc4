// SPDX-License-Identifier: Apache-2.0
//
// RecordId: the name of one record of evidence, unique among all systems: a UUID of version 7 (RFC 9562 §5.7), so
// that ids grow with time and stand together in an index. The EvidenceIdentifier of EN 319 522-3.
//
//     const RecordId id = RecordId::create(time);
//     id.str()                                     // "019aaf3c-52f1-7c1e-9d0a-3b6f0c5d8e21"
//
// Threads: immutable value.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace smarttls::store {

class RecordId {
  public:
    static constexpr std::size_t kSize = 16;
    using Bytes = std::array<std::uint8_t, kSize>;

    /// A new one. `start_sodium` has succeeded before.
    [[nodiscard]] static RecordId create(std::chrono::sys_time<std::chrono::milliseconds> time);
    [[nodiscard]] static std::optional<RecordId> parse(std::string_view text);
    /// Nothing unless there are kSize bytes.
    [[nodiscard]] static std::optional<RecordId> of(std::span<const std::uint8_t> bytes);

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] std::string str() const;

    friend auto operator<=>(const RecordId&, const RecordId&) = default;

  private:
    explicit RecordId(const Bytes& bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

}  // namespace smarttls::store
