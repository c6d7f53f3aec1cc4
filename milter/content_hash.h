// SPDX-License-Identifier: Apache-2.0
//
// ContentHash: SHA-256 of a message body while it streams past, as evidence of what was sent.
//
// Ownership: owns the OpenSSL context. Threads: one thread.
#pragma once

#include <memory>
#include <span>
#include <string>

namespace smarttls::milter {

class ContentHash {
  public:
    ContentHash();
    ~ContentHash();
    ContentHash(ContentHash&&) noexcept;
    ContentHash& operator=(ContentHash&&) noexcept;

    void update(std::span<const unsigned char> chunk);
    /// 64 hex digits; ends the computation.
    [[nodiscard]] std::string finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace smarttls::milter
