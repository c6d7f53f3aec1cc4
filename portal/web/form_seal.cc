// SPDX-License-Identifier: Apache-2.0
#include "portal/web/form_seal.h"

#include <sodium.h>

#include <cstdlib>

namespace smarttls::portal {
namespace {

template <std::size_t Size>
std::string hex(const std::array<std::uint8_t, Size>& bytes) {
    std::string text(2 * Size + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

}  // namespace

FormSeal::FormSeal() {
    if (sodium_init() < 0) std::abort();  // no randomness: nothing would be safe
    randombytes_buf(key_.data(), key_.size());
}

std::string FormSeal::of(std::string_view cookie, std::string_view purpose) const {
    static_assert(crypto_auth_KEYBYTES == std::tuple_size_v<decltype(key_)>);
    const std::string text = std::string(cookie) + '\n' + std::string(purpose);
    std::array<std::uint8_t, crypto_auth_BYTES> seal{};
    crypto_auth(seal.data(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), key_.data());
    return hex(seal);
}

bool FormSeal::fits(std::string_view seal, std::string_view cookie, std::string_view purpose) const {
    const std::string expected = of(cookie, purpose);
    return !cookie.empty() && seal.size() == expected.size() && sodium_memcmp(seal.data(), expected.data(), expected.size()) == 0;
}

std::string random_cookie() {
    std::array<std::uint8_t, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return hex(bytes);
}

}  // namespace smarttls::portal
