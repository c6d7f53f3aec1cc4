// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/address_key.h"

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

constexpr std::string_view kStart = "smarttls-address-key ";
constexpr std::size_t kLongestFile = 256;
constexpr mode_t kGroupReads = 0440;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

/// False: somebody else has made one in the meantime.
Result<bool> create_file(const std::string& path) {
    std::array<std::uint8_t, AddressKey::kSize> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::string encoded(sodium_base64_ENCODED_LEN(AddressKey::kSize, kVariant), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), bytes.data(), bytes.size(), kVariant);
    encoded.back() = '\n';  // instead of the final NUL
    const std::filesystem::path file(path);
    auto written = DurableFile::create(file.parent_path().string(), kGroupReads);
    if (!written) return because(written, path);
    const std::string line = std::string(kStart) + encoded;
    if (auto done = written->write(bytes_of(line)); !done) return because(done, path);
    return written->publish(file.filename().string());
}

}  // namespace

Result<AddressKey> AddressKey::load(const std::string& path) {
    auto content = read_file(path, kLongestFile);
    if (!content) return because(content, "the key of address hashes");
    AddressKey key;
    const bool begins = content->starts_with(kStart);
    const auto encoded = policy::trim(std::string_view(*content).substr(begins ? kStart.size() : content->size()));
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(key.bytes_.data(), kSize, encoded.data(), encoded.size(), nullptr, &size,
                                           nullptr, kVariant) == 0;
    if (begins && decoded && size == kSize) return key;
    return fail(ErrorKind::Corrupt, path + " is not a key of address hashes");
}

Result<AddressKey> AddressKey::load_or_create(const std::string& path) {
    auto found = load(path);
    if (found || found.error().code != ENOENT) return found;
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    if (auto created = create_file(path); !created) return tl::unexpected(created.error());
    return load(path);
}

AddressHash AddressKey::hash(std::string_view address) const { return hash_of(policy::to_lower(address)); }

/// No address begins with a blank, and so no folded one has the same hash.
AddressHash AddressKey::exact(std::string_view address) const { return hash_of(" " + std::string(address)); }

AddressHash AddressKey::hash_of(const std::string& text) const {
    std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> whole{};
    crypto_auth_hmacsha256(whole.data(), bytes_of(text).data(), text.size(), bytes_.data());
    AddressHash hash{};
    std::copy_n(whole.begin(), hash.size(), hash.begin());
    return hash;
}

}  // namespace smarttls::store
