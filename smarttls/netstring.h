// SPDX-License-Identifier: Apache-2.0
//
// Netstrings, the framing of the socketmap protocol: "12:pkix test.nl,"
// (socketmap_table(5), http://cr.yp.to/proto/netstrings.txt).
//
//     NetstringReader reader(kLongestRequest);
//     reader.append(bytes);
//     while (auto request = reader.next(); request && *request) use(**request);
//
// Pure: the caller moves the bytes. What is kept never exceeds the longest netstring and one
// append(). Threads: one thread. Errors: Malformed, and then for ever: the framing is lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace smarttls::engine {

inline constexpr std::size_t kLongestRequest = 4096;
inline constexpr std::size_t kLongestReply = 100000;  // Postfix refuses more (socketmap_table(5))

[[nodiscard]] std::string encode_netstring(std::string_view content);
void append_netstring(std::string& bytes, std::string_view content);

class NetstringReader {
  public:
    explicit NetstringReader(std::size_t longest) : longest_(longest) {}

    void append(std::string_view bytes);

    /// The next complete netstring's content; nothing when more bytes are needed.
    [[nodiscard]] policy::Result<std::optional<std::string>> next();

  private:
    [[nodiscard]] policy::Result<std::optional<std::string>> malformed(std::string_view why);
    /// Reads "<length>:"; nothing when the colon has not come yet.
    [[nodiscard]] policy::Result<std::optional<std::size_t>> read_length();

    std::size_t longest_;
    std::string buffer_;
    std::size_t begin_ = 0;  // bytes of buffer_ that are used up
    std::optional<std::size_t> length_;
    std::optional<policy::Error> broken_;
};

}  // namespace smarttls::engine
