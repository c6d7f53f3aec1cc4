// SPDX-License-Identifier: Apache-2.0
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "store/sealing/frame.h"
#include "store/sealing/sealed_message.h"
#include "store/sealing/sodium_start.h"

namespace smarttls::store {

using policy::ErrorKind;
using policy::fail;
using policy::ok;

namespace {

constexpr mode_t kGroupReads = 0640;  // the portal is in the group

std::string hex(std::span<const std::uint8_t> bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

}  // namespace

struct SealedWriter::Stream {
    crypto_secretstream_xchacha20poly1305_state state{};
    std::vector<std::uint8_t> gathered;  // plaintext of the chunk that is not full yet
    std::array<std::uint8_t, kFrameSize> frame{};

    Stream() { gathered.reserve(kSealedChunk); }
    ~Stream() {
        sodium_memzero(&state, sizeof state);
        sodium_memzero(gathered.data(), gathered.size());
    }
};

SealedWriter::SealedWriter(std::string directory, DurableFile file, std::unique_ptr<Stream> stream)
    : directory_(std::move(directory)),
      file_(std::move(file)),
      stream_(std::move(stream)),
      facts_{{}, Epoch::of({}), {}, {}, 0} {}

SealedWriter::SealedWriter(SealedWriter&& other) noexcept
    : directory_(std::move(other.directory_)),
      file_(std::move(other.file_)),
      stream_(std::move(other.stream_)),
      facts_(std::move(other.facts_)),
      published_(std::exchange(other.published_, {})) {}

SealedWriter& SealedWriter::operator=(SealedWriter&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(file_, other.file_);
    std::swap(stream_, other.stream_);
    std::swap(facts_, other.facts_);
    std::swap(published_, other.published_);
    return *this;
}

SealedWriter::~SealedWriter() {
    if (!published_.empty()) ::unlink(published_.c_str());
}

Result<SealedWriter> SealedWriter::create(const std::string& directory, const PublicKey& key) {
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    auto file = DurableFile::create(directory, kGroupReads);
    if (!file) return because(file, "a message cannot be sealed");
    SealedWriter writer(directory, *std::move(file), std::make_unique<Stream>());
    if (auto begun = writer.start(key); !begun) return tl::unexpected(begun.error());
    return writer;
}

/// The stream's key exists here and, sealed, in the facts; not after this function.
Result<void> SealedWriter::start(const PublicKey& key) {
    std::array<std::uint8_t, kSealIdSize> id{};
    randombytes_buf(id.data(), id.size());
    KeyAndId secret;
    crypto_secretstream_xchacha20poly1305_keygen(secret.key());
    std::copy(id.begin(), id.end(), secret.id());
    facts_ = {hex(id), key.epoch, key.id(), std::vector<std::uint8_t>(kWrappedKeySize), 0};
    if (crypto_box_seal(facts_.wrapped_key.data(), secret.bytes.data(), secret.bytes.size(),
                        key.bytes.data()) != 0) {
        return fail(ErrorKind::Misconfigured, "the public key of " + key.epoch.str() + " is no key");
    }
    std::array<std::uint8_t, kStreamHeaderSize> header{};
    crypto_secretstream_xchacha20poly1305_init_push(&stream_->state, header.data(), secret.key());
    if (auto written = file_.write(bytes_of(kSealedMagic)); !written) return written;
    return file_.write(header);
}

Result<void> SealedWriter::append(std::span<const std::uint8_t> bytes) {
    if (!stream_) return fail(ErrorKind::Bug, "the sealed message has ended already");
    facts_.size += bytes.size();
    std::vector<std::uint8_t>& gathered = stream_->gathered;
    while (!bytes.empty()) {
        const std::size_t taken = std::min(bytes.size(), kSealedChunk - gathered.size());
        gathered.insert(gathered.end(), bytes.begin(),
                        bytes.begin() + static_cast<std::ptrdiff_t>(taken));
        bytes = bytes.subspan(taken);
        if (gathered.size() < kSealedChunk) break;
        auto written = write_chunk(gathered, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
        if (!written) return written;
        gathered.clear();
    }
    return ok();
}

Result<void> SealedWriter::write_chunk(std::span<const std::uint8_t> bytes, unsigned char tag) {
    const std::span<std::uint8_t> frame(stream_->frame);
    const std::size_t size = bytes.size() + kChunkOverhead;
    put_length(frame, size);
    crypto_secretstream_xchacha20poly1305_push(&stream_->state, frame.data() + kLengthSize, nullptr,
                                               bytes.data(), bytes.size(), nullptr, 0, tag);
    return file_.write(frame.first(kLengthSize + size));
}

Result<SealedFacts> SealedWriter::finish(std::string_view envelope) {
    if (!stream_) return fail(ErrorKind::Bug, "the sealed message has ended already");
    if (envelope.size() > kSealedChunk) {
        return fail(ErrorKind::Permanent, "too many recipients for one sealed message");
    }
    Result<void> written = ok();
    if (!stream_->gathered.empty()) {
        written = write_chunk(stream_->gathered, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    }
    if (written) {
        written = write_chunk(bytes_of(envelope), crypto_secretstream_xchacha20poly1305_TAG_FINAL);
    }
    stream_.reset();
    if (!written) return tl::unexpected(written.error());
    auto published = file_.publish(facts_.id);
    if (!published) return tl::unexpected(published.error());
    if (!*published) return fail(ErrorKind::Bug, "two messages drew the same random name");
    published_ = directory_ + "/" + facts_.id;
    return facts_;
}

bool is_kept(const std::string& directory, const std::string& id) {
    return ::access((directory + "/" + id).c_str(), F_OK) == 0;
}

}  // namespace smarttls::store
