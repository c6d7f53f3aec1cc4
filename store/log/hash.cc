// SPDX-License-Identifier: Apache-2.0
#include "store/log/hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <memory>
#include <new>

#include "policy/text.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

static_assert(sizeof(Hash) == crypto_hash_sha256_BYTES);
struct FreeContext {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;
static_assert(sizeof(Hash) == crypto_auth_hmacsha256_BYTES);
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

/// OpenSSL's, which uses the processor's own instructions, and looked up once: a whole log has millions of hashes.
const EVP_MD* sha256_algorithm() {
    struct Free {
        void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
    };
    static const std::unique_ptr<EVP_MD, Free> kAlgorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    return kAlgorithm.get();
}

}  // namespace

ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Hash sha256(std::initializer_list<ByteView> pieces) {
    thread_local const Context context(EVP_MD_CTX_new());
    bool done = context && EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1;
    for (const ByteView piece : pieces) {
        done = done && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    }
    Hash hash{};
    done = done && EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1;
    if (!done) throw std::bad_alloc();  // nothing else makes it fail
    return hash;
}

Hash hmac_sha256(ByteView key, ByteView message) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    crypto_auth_hmacsha256_update(&state, message.data(), message.size());
    Hash code{};
    crypto_auth_hmacsha256_final(&state, code.data());
    sodium_memzero(&state, sizeof state);
    return code;
}

std::string to_hex(ByteView bytes) {
    std::string hex(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();
    return hex;
}

std::string to_base64(ByteView bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kVariant);
    text.pop_back();
    return text;
}

Result<Bytes> parse_base64(std::string_view text) {
    Bytes bytes(text.size() / 4 * 3 + 3);
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                           nullptr, &size, nullptr, kVariant) == 0;
    bytes.resize(size);
    // libsodium 1.0.18 takes some bytes above 127 for letters: the way back tells.
    if (decoded && to_base64(bytes) == text) return bytes;
    constexpr std::size_t kShown = 60;
    return fail(ErrorKind::Malformed, policy::quote(text, kShown) + " is not Base64");
}

Result<Hash> parse_hash(std::string_view base64) {
    auto bytes = parse_base64(base64);
    if (!bytes) return tl::unexpected(bytes.error());
    Hash hash{};
    if (bytes->size() != hash.size()) {
        return fail(ErrorKind::Malformed,
                    "a hash has 32 bytes and this has " + std::to_string(bytes->size()));
    }
    std::copy(bytes->begin(), bytes->end(), hash.begin());
    return hash;
}

}  // namespace smarttls::store
