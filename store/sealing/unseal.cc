// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "store/sealing/frame.h"
#include "store/sealing/sealed_message.h"
#include "store/sealing/sodium_start.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::ok;

using Bytes = std::vector<std::uint8_t>;

/// One file from its first byte to its end.
class Reader {
  public:
    explicit Reader(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "re"), &std::fclose) {}

    Result<void> open(const KeyAndId& secret);
    /// The next chunk; `is_last` when it is the one with the envelope.
    Result<Bytes> next(bool& is_last);
    [[nodiscard]] bool at_end() const { return std::fgetc(file_.get()) == EOF; }
    [[nodiscard]] tl::unexpected<policy::Error> corrupt(const std::string& how) const {
        return fail(ErrorKind::Corrupt, path_ + ": the sealed message " + how);
    }

  private:
    Result<void> read(std::span<std::uint8_t> bytes);

    std::string path_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
    crypto_secretstream_xchacha20poly1305_state state_{};
};

Result<void> Reader::read(std::span<std::uint8_t> bytes) {
    if (std::fread(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size()) return ok();
    if (std::ferror(file_.get()) == 0) return corrupt("is cut off");
    return fail(ErrorKind::Temporary, path_ + ": " + std::generic_category().message(errno), errno);
}

Result<void> Reader::open(const KeyAndId& secret) {
    if (!file_) {
        return fail(ErrorKind::Temporary, path_ + ": " + std::generic_category().message(errno), errno);
    }
    std::array<std::uint8_t, kSealedMagic.size()> magic{};
    if (auto got = read(magic); !got) return got;
    if (!std::ranges::equal(magic, bytes_of(kSealedMagic))) return corrupt("is none");
    std::array<std::uint8_t, kStreamHeaderSize> header{};
    if (auto got = read(header); !got) return got;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state_, header.data(),
                                                        secret.bytes.data()) != 0) {
        return corrupt("has an invalid header");
    }
    return ok();
}

Result<Bytes> Reader::next(bool& is_last) {
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
    if (crypto_secretstream_xchacha20poly1305_pull(&state_, plain.data(), nullptr, &tag,
                                                   cipher.data(), cipher.size(), nullptr, 0) != 0) {
        return corrupt("is not what was sealed");
    }
    is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return plain;
}

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

Result<std::string> unseal(const std::string& directory, const SealedFacts& facts,
                           const PrivateKey& key, const UnsealedSink& sink) {
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    KeyAndId secret;
    if (auto unwrapped = unwrap(facts, key, secret); !unwrapped) {
        return tl::unexpected(unwrapped.error());
    }
    Reader reader(directory + "/" + facts.id);
    if (auto opened = reader.open(secret); !opened) return tl::unexpected(opened.error());
    for (;;) {
        bool is_last = false;
        auto chunk = reader.next(is_last);
        if (!chunk) return tl::unexpected(chunk.error());
        if (is_last && !reader.at_end()) return reader.corrupt("goes on behind its end");
        if (is_last) return std::string(chunk->begin(), chunk->end());
        if (auto taken = sink(*chunk); !taken) return tl::unexpected(taken.error());
    }
}

}  // namespace smarttls::store
