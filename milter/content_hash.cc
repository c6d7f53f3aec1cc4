// SPDX-License-Identifier: Apache-2.0
#include "milter/content_hash.h"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <string_view>

namespace smarttls::milter {

struct ContentHash::Context {
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> handle{EVP_MD_CTX_new()};
};

ContentHash::ContentHash() : context_(std::make_unique<Context>()) {
    // The default provider always has SHA-256; without memory there is nothing better to throw.
    if (context_->handle == nullptr ||
        EVP_DigestInit_ex(context_->handle.get(), EVP_sha256(), nullptr) != 1) {
        throw std::bad_alloc();
    }
}

ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;
ContentHash& ContentHash::operator=(ContentHash&&) noexcept = default;

void ContentHash::update(std::span<const unsigned char> chunk) {
    EVP_DigestUpdate(context_->handle.get(), chunk.data(), chunk.size());
}

std::string ContentHash::finish() {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_->handle.get(), digest.data(), &size);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += kHex[digest[i] >> 4];
        text += kHex[digest[i] & 0xf];
    }
    return text;
}

}  // namespace smarttls::milter
