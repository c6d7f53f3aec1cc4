// SPDX-License-Identifier: Apache-2.0
//
// FormSeal: what a form of ours carries so that only a page of ours, in the same browser, can have sent it (against
// cross-site request forgery): a keyed hash of a secret that the browser holds in a cookie and of what the form is for.
//
//     seal.of(cookie, "/p/token")                      into a hidden field
//     seal.fits(request.field("seal"), cookie, "/p/token")
//
// The key lives as long as the process; forms that are older are asked for once more.
// Threads: immutable. Errors: none (randomness is libsodium's, which is started at construction or ends the process).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace smarttls::portal {

class FormSeal {
  public:
    FormSeal();
    [[nodiscard]] std::string of(std::string_view cookie, std::string_view purpose) const;
    /// In constant time. Never for an empty cookie.
    [[nodiscard]] bool fits(std::string_view seal, std::string_view cookie, std::string_view purpose) const;

  private:
    std::array<std::uint8_t, 32> key_{};
};

/// 128 random bits in hexadecimal: a cookie.
[[nodiscard]] std::string random_cookie();

}  // namespace smarttls::portal
