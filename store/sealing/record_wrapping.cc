// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/record_wrapping.h"

#include <sodium.h>

#include <algorithm>

#include "store/sealing/sodium_start.h"

namespace smarttls::store {
namespace {

using Nonce = std::array<std::uint8_t, crypto_box_NONCEBYTES>;

static_assert(PublicKey::kSize == crypto_box_PUBLICKEYBYTES && crypto_box_BEFORENMBYTES == 32);
constexpr std::size_t kSender = crypto_box_PUBLICKEYBYTES;
constexpr std::size_t kWrapped = kSender + crypto_box_MACBYTES + kRecordSecretSize;

Nonce nonce_of(std::span<const std::uint8_t> sender, const PublicKey& recipient, const RecordId& id) {
    std::array<std::uint8_t, kSender + PublicKey::kSize + sizeof(RecordId)> input{};
    auto end = std::copy_n(sender.begin(), kSender, input.begin());
    end = std::copy(recipient.bytes.begin(), recipient.bytes.end(), end);
    std::copy(id.begin(), id.end(), end);
    Nonce nonce{};
    crypto_generichash(nonce.data(), nonce.size(), input.data(), input.size(), nullptr, 0);
    return nonce;
}

}  // namespace

Result<WrappingKey> WrappingKey::create(const PublicKey& recipient) {
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    WrappingKey key(recipient);
    std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> secret{};
    crypto_box_keypair(key.sender_.data(), secret.data());
    const int agreed = crypto_box_beforenm(key.shared_.data(), recipient.bytes.data(), secret.data());
    sodium_memzero(secret.data(), secret.size());
    if (agreed == 0) return key;
    return policy::fail(policy::ErrorKind::Misconfigured, "the public key of " + recipient.epoch.str() + " is no key");
}

WrappingKey::WrappingKey(WrappingKey&& other) noexcept
    : recipient_(other.recipient_), sender_(other.sender_), shared_(other.shared_) {
    sodium_memzero(other.shared_.data(), other.shared_.size());
}

WrappingKey::~WrappingKey() { sodium_memzero(shared_.data(), shared_.size()); }

std::vector<std::uint8_t> WrappingKey::wrap(const RecordId& id,
                                            std::span<const std::uint8_t, kRecordSecretSize> secret) const {
    std::vector<std::uint8_t> wrapped(kWrapped);
    std::copy(sender_.begin(), sender_.end(), wrapped.begin());
    const Nonce nonce = nonce_of(sender_, recipient_, id);
    crypto_box_easy_afternm(wrapped.data() + kSender, secret.data(), secret.size(), nonce.data(), shared_.data());
    return wrapped;
}

bool unwrap(const RecordId& id, std::span<const std::uint8_t> wrapped, const PrivateKey& key,
            std::span<std::uint8_t, kRecordSecretSize> secret) {
    if (wrapped.size() != kWrapped) return false;
    const Nonce nonce = nonce_of(wrapped.first(kSender), key.public_key(), id);
    const auto box = wrapped.subspan(kSender);
    return crypto_box_open_easy(secret.data(), box.data(), box.size(), nonce.data(), wrapped.data(), key.bytes()) == 0;
}

}  // namespace smarttls::store
