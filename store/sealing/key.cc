// SPDX-License-Identifier: Apache-2.0
#include "store/sealing/key.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <vector>

#include "policy/text.h"
#include "store/sealing/durable_file.h"
#include "store/sealing/sodium_start.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

static_assert(PublicKey::kSize == crypto_box_PUBLICKEYBYTES);
static_assert(PrivateKey::kSize == crypto_box_SECRETKEYBYTES);

constexpr std::size_t kLongestKeyFile = 256;
constexpr std::string_view kPublic = "smarttls-public-key";
constexpr std::string_view kPrivate = "smarttls-private-key";
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

std::string file_name(const Epoch& epoch, std::string_view kind) {
    return epoch.str() + (kind == kPublic ? ".pub" : ".key");
}

/// The line of a key file, in memory that is wiped behind it.
class Line {
  public:
    Line(std::string_view kind, const Epoch& epoch, const std::uint8_t* bytes) {
        std::string encoded(sodium_base64_ENCODED_LEN(PublicKey::kSize, kVariant), '\0');
        sodium_bin2base64(encoded.data(), encoded.size(), bytes, PublicKey::kSize, kVariant);
        const std::string start = std::string(kind) + " " + epoch.str() + " ";
        text_.reserve(start.size() + encoded.size());
        text_.insert(text_.end(), start.begin(), start.end());
        text_.insert(text_.end(), encoded.begin(), encoded.end() - 1);  // without the final NUL
        text_.push_back('\n');
        sodium_memzero(encoded.data(), encoded.size());
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    ~Line() { sodium_memzero(text_.data(), text_.size()); }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return text_; }

  private:
    std::vector<std::uint8_t> text_;
};

Result<bool> store_line(const std::string& directory, const std::string& name, mode_t mode,
                        const Line& line) {
    auto file = DurableFile::create(directory, mode);
    if (!file) return because(file, name);
    if (auto written = file->write(line.bytes()); !written) return because(written, name);
    return file->publish(name);
}

/// Reads the line of a key file into `bytes`, PublicKey::kSize of them.
Result<void> load_line(const std::string& directory, std::string_view kind, const Epoch& epoch,
                       std::uint8_t* bytes) {
    const std::string path = directory + "/" + file_name(epoch, kind);
    auto content = read_file(path, kLongestKeyFile);
    if (!content) return because(content, "the key of " + epoch.str());
    const std::string start = std::string(kind) + " " + epoch.str() + " ";
    const bool begins = content->starts_with(start);
    const std::string_view encoded =
        policy::trim(std::string_view(*content).substr(begins ? start.size() : content->size()));
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(bytes, PublicKey::kSize, encoded.data(), encoded.size(),
                                           nullptr, &size, nullptr, kVariant) == 0;
    sodium_memzero(content->data(), content->size());
    if (begins && decoded && size == PublicKey::kSize) return policy::ok();
    return fail(ErrorKind::Corrupt, path + " is not a " + std::string(kind) + " of " + epoch.str());
}

}  // namespace

std::string PublicKey::id() const {
    constexpr std::size_t kShown = 8;
    std::array<std::uint8_t, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(), bytes.data(), bytes.size(), nullptr, 0);
    std::string hex(2 * kShown + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), kShown);
    hex.pop_back();
    return hex;
}

void PrivateKey::Wipe::operator()(std::uint8_t* bytes) const noexcept {
    sodium_free(bytes);
}

Result<PrivateKey::Bytes> PrivateKey::allocate() {
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    Bytes bytes(static_cast<std::uint8_t*>(sodium_malloc(kSize)));
    if (!bytes) return fail(ErrorKind::Temporary, "no locked memory is left for a private key");
    return bytes;
}

Result<PrivateKey> PrivateKey::create(Epoch epoch) {
    auto bytes = allocate();
    if (!bytes) return tl::unexpected(bytes.error());
    PublicKey public_key{epoch, {}};
    crypto_box_keypair(public_key.bytes.data(), bytes->get());
    return PrivateKey(public_key, *std::move(bytes));
}

Result<bool> store_key(const std::string& directory, const PublicKey& key) {
    constexpr mode_t kReadable = 0644;
    const Line line(kPublic, key.epoch, key.bytes.data());
    return store_line(directory, file_name(key.epoch, kPublic), kReadable, line);
}

Result<bool> store_key(const std::string& directory, const PrivateKey& key) {
    constexpr mode_t kOwnerAlone = 0400;
    const Epoch epoch = key.public_key().epoch;
    const Line line(kPrivate, epoch, key.bytes());
    return store_line(directory, file_name(epoch, kPrivate), kOwnerAlone, line);
}

Result<PublicKey> load_public_key(const std::string& directory, Epoch epoch) {
    PublicKey key{epoch, {}};
    auto loaded = load_line(directory, kPublic, epoch, key.bytes.data());
    if (!loaded) return tl::unexpected(loaded.error());
    return key;
}

Result<PrivateKey> load_private_key(const std::string& directory, Epoch epoch) {
    auto bytes = PrivateKey::allocate();
    if (!bytes) return tl::unexpected(bytes.error());
    auto loaded = load_line(directory, kPrivate, epoch, bytes->get());
    if (!loaded) return tl::unexpected(loaded.error());
    PublicKey public_key{epoch, {}};
    crypto_scalarmult_base(public_key.bytes.data(), bytes->get());
    return PrivateKey(public_key, *std::move(bytes));
}

Result<void> destroy_keys(const std::string& public_keys, const std::string& private_keys, Epoch epoch) {
    const auto failed = [](const std::string& path, int error) {
        return fail(ErrorKind::Temporary, "cannot remove " + path + ": " + std::generic_category().message(error), error);
    };
    const std::string open_half = public_keys + "/" + file_name(epoch, kPublic);
    if (::unlink(open_half.c_str()) != 0 && errno != ENOENT) return failed(open_half, errno);
    if (auto synced = sync_directory(public_keys); !synced) return synced;
    const std::string secret_half = private_keys + "/" + file_name(epoch, kPrivate);
    if (auto wiped = overwrite_file(secret_half); !wiped) return wiped;
    if (::unlink(secret_half.c_str()) != 0) return failed(secret_half, errno);
    return sync_directory(private_keys);
}

}  // namespace smarttls::store
