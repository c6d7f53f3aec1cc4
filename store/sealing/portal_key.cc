// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/portal_key.h"

#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "policy/text.h"
#include "store/sealing/durable_file.h"
#include "store/sealing/frame.h"
#include "store/sealing/sodium_start.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

constexpr std::string_view kStart = "smarttls-portal-key ";
constexpr std::size_t kLongestFile = 256;
constexpr mode_t kOwnerReads = 0400;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr char kEncryption = 'e';

/// False: somebody else has made one in the meantime.
Result<bool> create_file(const std::string& path) {
    std::array<std::uint8_t, PortalKey::kSize> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::string encoded(sodium_base64_ENCODED_LEN(PortalKey::kSize, kVariant), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), bytes.data(), bytes.size(), kVariant);
    encoded.back() = '\n';  // instead of the final NUL
    const std::filesystem::path file(path);
    auto written = DurableFile::create(file.parent_path().string(), kOwnerReads);
    if (!written) return because(written, path);
    if (auto done = written->write(bytes_of(std::string(kStart) + encoded)); !done) return because(done, path);
    return written->publish(file.filename().string());
}

}  // namespace

Result<PortalKey> PortalKey::load(const std::string& path) {
    auto content = read_file(path, kLongestFile);
    if (!content) return because(content, "the key of the portal");
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    PortalKey key;
    const bool begins = content->starts_with(kStart);
    const auto encoded = policy::trim(std::string_view(*content).substr(begins ? kStart.size() : content->size()));
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(key.bytes_.data(), kSize, encoded.data(), encoded.size(), nullptr, &size,
                                           nullptr, kVariant) == 0;
    sodium_memzero(content->data(), content->size());
    if (begins && decoded && size == kSize) return key;
    return fail(ErrorKind::Corrupt, path + " is not a key of the portal");
}

Result<PortalKey> PortalKey::load_or_create(const std::string& path) {
    auto found = load(path);
    if (found || found.error().code != ENOENT) return found;
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    if (auto created = create_file(path); !created) return tl::unexpected(created.error());
    return load(path);
}

PortalKey::~PortalKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

SecretHash PortalKey::derive(char purpose) const {
    constexpr std::string_view kContext = "smarttls portal ";
    const std::string name = std::string(kContext) + purpose;
    SecretHash derived{};
    crypto_auth_hmacsha256(derived.data(), bytes_of(name).data(), name.size(), bytes_.data());
    return derived;
}

SecretHash PortalKey::hash(Secret kind, std::string_view text) const {
    const SecretHash key = derive(static_cast<char>(kind));
    SecretHash hash{};
    crypto_auth_hmacsha256(hash.data(), bytes_of(text).data(), text.size(), key.data());
    return hash;
}

std::vector<std::uint8_t> PortalKey::seal(std::string_view text) const {
    const SecretHash key = derive(kEncryption);
    std::vector<std::uint8_t> sealed(kNonce + text.size() + kTag);
    randombytes_buf(sealed.data(), kNonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonce, nullptr, bytes_of(text).data(), text.size(), nullptr,
                                               0, nullptr, sealed.data(), key.data());
    return sealed;
}

Result<std::string> PortalKey::open(std::span<const std::uint8_t> sealed) const {
    if (sealed.empty()) return std::string();
    const SecretHash key = derive(kEncryption);
    const bool is_long = sealed.size() >= kNonce + kTag;
    std::string text(is_long ? sealed.size() - kNonce - kTag : 0, '\0');
    const bool opened = is_long && crypto_aead_xchacha20poly1305_ietf_decrypt(
                                       reinterpret_cast<std::uint8_t*>(text.data()), nullptr, nullptr, sealed.data() + kNonce,
                                       sealed.size() - kNonce, nullptr, 0, sealed.data(), key.data()) == 0;
    if (opened) return text;
    return fail(ErrorKind::Corrupt, "a row of the portal's database is not sealed under its key");
}

bool same_secret(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_token(std::size_t bytes) {
    std::vector<std::uint8_t> random(bytes);
    randombytes_buf(random.data(), random.size());
    constexpr int kUrl = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes, kUrl), '\0');
    sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), kUrl);
    text.pop_back();  // the final NUL
    return text;
}

std::string random_digits(std::size_t count) {
    constexpr std::uint32_t kDigits = 10;
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + randombytes_uniform(kDigits));
    return text;
}

}  // namespace smarttls::store
