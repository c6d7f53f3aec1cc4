// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/sealed_record.h"

#include <sodium.h>

#include <algorithm>
#include <limits>

#include "store/sealing/frame.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

constexpr std::string_view kEncryption = "smarttls evidence encryption";
constexpr std::string_view kCommitment = "smarttls evidence commitment";
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kIdSize = sizeof(RecordId);

using Nonce = std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES>;
constexpr Nonce kNonce{};  // each key is used once
using Associated = std::array<std::uint8_t, kIdSize + 4>;

static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == sizeof(Hash));

/// The two keys of a part, wiped behind it.
struct PartKeys {
    PartKeys(const RecordSecret& record, std::span<const std::uint8_t> part) {
        std::array<std::uint8_t, 2 * kPartSecretSize> secret{};
        std::copy(record.bytes().begin(), record.bytes().end(), secret.begin());
        std::copy(part.begin(), part.end(), secret.begin() + kPartSecretSize);
        encryption = hmac_sha256(secret, bytes_of(kEncryption));
        salt = hmac_sha256(secret, bytes_of(kCommitment));
        sodium_memzero(secret.data(), secret.size());
    }
    PartKeys(const PartKeys&) = delete;
    PartKeys& operator=(const PartKeys&) = delete;
    ~PartKeys() {
        sodium_memzero(encryption.data(), encryption.size());
        sodium_memzero(salt.data(), salt.size());
    }
    Hash encryption{};
    Hash salt{};
};

Associated associated(const RecordId& id, std::size_t number) {
    Associated bytes{};
    std::copy(id.begin(), id.end(), bytes.begin());
    put_length(std::span(bytes).subspan(kIdSize), number);
    return bytes;
}

SealedPart seal_part(const RecordId& id, std::size_t number, std::string_view text, const PartKeys& keys) {
    SealedPart part;
    part.ciphertext.resize(text.size() + kTag);
    const Associated bound = associated(id, number);
    crypto_aead_xchacha20poly1305_ietf_encrypt(part.ciphertext.data(), nullptr, bytes_of(text).data(), text.size(),
                                               bound.data(), bound.size(), nullptr, kNonce.data(),
                                               keys.encryption.data());
    part.stub = {sha256(part.ciphertext), part_commitment(keys.salt, text)};
    return part;
}

std::span<const std::uint8_t> secret_of(std::span<const std::uint8_t> secrets, std::size_t number) {
    const std::size_t start = number * kPartSecretSize;
    if (secrets.size() < start + kPartSecretSize) return {};
    return secrets.subspan(start, kPartSecretSize);
}

}  // namespace

RecordSecret::RecordSecret(RecordSecret&& other) noexcept : bytes_(other.bytes_) {
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

RecordSecret::~RecordSecret() { sodium_memzero(bytes_.data(), bytes_.size()); }

SealedRecord seal_record(const RecordId& id, std::string facts, std::span<const std::string> parts, const WrappingKey& key) {
    RecordSecret secret;
    randombytes_buf(secret.bytes_.data(), secret.bytes_.size());
    SealedRecord record{id, std::move(facts), {}, {key.epoch(), key.wrap(id, secret.bytes_), {}}};
    record.key.secrets.resize(parts.size() * kPartSecretSize);
    randombytes_buf(record.key.secrets.data(), record.key.secrets.size());
    for (std::size_t number = 0; number < parts.size(); ++number) {
        const PartKeys keys(secret, secret_of(record.key.secrets, number));
        record.parts.push_back(seal_part(id, number, parts[number], keys));
    }
    return record;
}

std::vector<PartStub> stubs_of(const SealedRecord& record) {
    std::vector<PartStub> stubs;
    for (const SealedPart& part : record.parts) stubs.push_back(part.stub);
    return stubs;
}

Result<RecordSecret> RecordSecret::unwrap(const RecordId& id, std::span<const std::uint8_t> wrapped,
                                          const PrivateKey& key) {
    RecordSecret secret;
    if (store::unwrap(id, wrapped, key, secret.bytes_)) return secret;
    return fail(ErrorKind::Corrupt, "the private key of " + key.public_key().epoch.str() + " does not open the key of record " + to_text(id));
}

bool has_secret(std::span<const std::uint8_t> secrets, std::size_t number) {
    const auto secret = secret_of(secrets, number);
    return !secret.empty() && sodium_is_zero(secret.data(), secret.size()) == 0;
}

Result<OpenedPart> open_part(const RecordId& id, std::size_t number, const SealedPart& part,
                             const RecordSecret& secret, std::span<const std::uint8_t> secrets) {
    const auto corrupt = [&](std::string_view how) {
        return fail(ErrorKind::Corrupt, "part " + std::to_string(number) + " of record " + to_text(id) + std::string(how));
    };
    if (!has_secret(secrets, number)) return fail(ErrorKind::Permanent, "it was erased");
    if (part.ciphertext.size() < kTag) return corrupt(" is cut off");
    if (sha256(part.ciphertext) != part.stub.digest) return corrupt(" has another digest than the log");
    const PartKeys keys(secret, secret_of(secrets, number));
    OpenedPart opened{std::string(part.ciphertext.size() - kTag, '\0'), keys.salt};
    const Associated bound = associated(id, number);
    const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
        reinterpret_cast<std::uint8_t*>(opened.plaintext.data()), nullptr, nullptr, part.ciphertext.data(),
        part.ciphertext.size(), bound.data(), bound.size(), kNonce.data(), keys.encryption.data());
    if (status != 0) return corrupt(" was not sealed under its key");
    if (part_commitment(keys.salt, opened.plaintext) != part.stub.commitment) return corrupt(" is not what the log commits to");
    return opened;
}

}  // namespace smarttls::store
