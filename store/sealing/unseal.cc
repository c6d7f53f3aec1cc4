// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "store/sealing/frame.h"
#include "store/sealing/sealed_message.h"
#include "store/sealing/sodium_start.h"
#include "store/sealing/unsealer.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::ok;

using Bytes = std::vector<std::uint8_t>;

/// Opens the wrapped key, and checks that it is this message's.
Result<void> unwrap(const SealedFacts& facts, const PrivateKey& key, KeyAndId& secret) {
    if (key.public_key().id() != facts.key_id) {
        return fail(ErrorKind::Misconfigured, "the private key of " + key.public_key().epoch.str() +
                                                  " is not the one that the message was sealed to");
    }
    const bool opened = facts.wrapped_key.size() == kWrappedKeySize &&
                        crypto_box_seal_open(secret.bytes.data(), facts.wrapped_key.data(),
                                             facts.wrapped_key.size(),
                                             key.public_key().bytes.data(), key.bytes()) == 0;
    std::array<char, 2 * kSealIdSize + 1> id{};
    sodium_bin2hex(id.data(), id.size(), secret.id(), kSealIdSize);
    if (opened && facts.id == id.data()) return ok();
    return fail(ErrorKind::Corrupt, "the key of message " + facts.id + " is not what was sealed");
}

}  // namespace

struct Unsealer::File {
    explicit File(std::string name) : path(std::move(name)), file(std::fopen(path.c_str(), "re"), &std::fclose) {}
    ~File() { sodium_memzero(&state, sizeof state); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    Result<void> open(const KeyAndId& secret);
    /// The next chunk; `is_last` when it is the one with the envelope.
    Result<Bytes> next(bool& is_last);
    [[nodiscard]] bool at_end() const { return std::fgetc(file.get()) == EOF; }
    [[nodiscard]] tl::unexpected<policy::Error> corrupt(const std::string& how) const {
        return fail(ErrorKind::Corrupt, path + ": the sealed message " + how);
    }
    Result<void> read(std::span<std::uint8_t> bytes);

    std::string path;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file;
    crypto_secretstream_xchacha20poly1305_state state{};
};

Result<void> Unsealer::File::read(std::span<std::uint8_t> bytes) {
    if (std::fread(bytes.data(), 1, bytes.size(), file.get()) == bytes.size()) return ok();
    if (std::ferror(file.get()) == 0) return corrupt("is cut off");
    return fail(ErrorKind::Temporary, path + ": " + std::generic_category().message(errno), errno);
}

Result<void> Unsealer::File::open(const KeyAndId& secret) {
    if (!file) {
        return fail(ErrorKind::Temporary, path + ": " + std::generic_category().message(errno), errno);
    }
    std::array<std::uint8_t, kSealedMagic.size()> magic{};
    if (auto got = read(magic); !got) return got;
    if (!std::ranges::equal(magic, bytes_of(kSealedMagic))) return corrupt("is none");
    std::array<std::uint8_t, kStreamHeaderSize> header{};
    if (auto got = read(header); !got) return got;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state, header.data(),
                                                        secret.bytes.data()) != 0) {
        return corrupt("has an invalid header");
    }
    return ok();
}

Result<Bytes> Unsealer::File::next(bool& is_last) {
    std::array<std::uint8_t, kLengthSize> prefix{};
    if (auto got = read(prefix); !got) return tl::unexpected(got.error());
    const std::size_t length = get_length(prefix);
    if (length < kChunkOverhead || length > kSealedChunk + kChunkOverhead) {
        return corrupt("has a chunk of impossible length");
    }
    Bytes cipher(length);
    if (auto got = read(cipher); !got) return tl::unexpected(got.error());
    Bytes plain(length - kChunkOverhead);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&state, plain.data(), nullptr, &tag,
                                                   cipher.data(), cipher.size(), nullptr, 0) != 0) {
        return corrupt("is not what was sealed");
    }
    is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return plain;
}

Unsealer::Unsealer(std::unique_ptr<File> file) : file_(std::move(file)) {}
Unsealer::Unsealer(Unsealer&&) noexcept = default;
Unsealer& Unsealer::operator=(Unsealer&&) noexcept = default;
Unsealer::~Unsealer() = default;

Result<Unsealer> Unsealer::open(const std::string& directory, const SealedFacts& facts, const PrivateKey& key) {
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    KeyAndId secret;
    if (auto unwrapped = unwrap(facts, key, secret); !unwrapped) return tl::unexpected(unwrapped.error());
    auto file = std::make_unique<File>(directory + "/" + facts.id);
    if (auto opened = file->open(secret); !opened) return tl::unexpected(opened.error());
    return Unsealer(std::move(file));
}

Result<Bytes> Unsealer::next() {
    while (!has_ended_) {
        auto chunk = file_->next(has_ended_);
        if (!chunk) return tl::unexpected(chunk.error());
        if (!has_ended_ && !chunk->empty()) return chunk;
        if (!has_ended_) continue;
        if (!file_->at_end()) return file_->corrupt("goes on behind its end");
        envelope_.assign(chunk->begin(), chunk->end());
    }
    return Bytes();
}

Result<std::string> unseal(const std::string& directory, const SealedFacts& facts,
                           const PrivateKey& key, const UnsealedSink& sink) {
    auto unsealer = Unsealer::open(directory, facts, key);
    if (!unsealer) return tl::unexpected(unsealer.error());
    for (;;) {
        auto chunk = unsealer->next();
        if (!chunk) return tl::unexpected(chunk.error());
        if (chunk->empty()) return unsealer->envelope();
        if (auto taken = sink(*chunk); !taken) return tl::unexpected(taken.error());
    }
}

}  // namespace smarttls::store
