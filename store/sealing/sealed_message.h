// SPDX-License-Identifier: Apache-2.0
//
// A sealed message: mail that waits for pickup, encrypted from its first byte. Who wrote it cannot read it
// again; the epoch's private key opens it.
//
//     Result<SealedWriter> writer = SealedWriter::create(directory, public_key);
//     writer->append(bytes);  ...                       // the message, as it streams
//     Result<SealedFacts> sealed = writer->finish(envelope);    // synced, under its name
//     writer->keep();                                   // once facts and wrapped key are committed
//
//     Result<std::string> envelope = unseal(directory, *facts, private_key, sink);
//
// File `<directory>/<id>`: kSealedMagic, the header of libsodium's secretstream (XChaCha20-Poly1305), then
// chunks, each a length of four bytes, most significant first, and that much ciphertext. The last
// one, tagged FINAL, holds the envelope; those before it the message, at most kSealedChunk bytes
// each. Order, completeness and every byte are authenticated. The stream's key is not in the file:
// sealed together with the id to the epoch's public key (crypto_box_seal) it is kept apart, so that
// destroying it destroys the message, in backups, too.
// Memory: two chunks, whatever the size. Ownership: a writer owns its file until keep();
// destruction removes it. Threads: one thread at a time. Errors: Temporary (I/O, no space),
// Misconfigured (directory), Corrupt (not what was sealed), Bug.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/sealing/durable_file.h"
#include "store/sealing/key.h"

namespace smarttls::store {

inline constexpr std::size_t kSealedChunk = 65'536;  // bytes of plaintext
inline constexpr std::string_view kSealedMagic = "smarttls-sealed-message-1\n";

struct SealedFacts {
    std::string id;                        // 32 hex digits, random; the name of the file
    Epoch epoch;
    std::string key_id;                    // PublicKey::id()
    std::vector<std::uint8_t> wrapped_key;
    std::uint64_t size = 0;                // bytes of the message
};

class SealedWriter {
  public:
    [[nodiscard]] static Result<SealedWriter> create(const std::string& directory,
                                                     const PublicKey& key);
    SealedWriter(SealedWriter&&) noexcept;
    SealedWriter& operator=(SealedWriter&&) noexcept;
    ~SealedWriter();

    Result<void> append(std::span<const std::uint8_t> bytes);
    /// The end of the message. `envelope`: who gets it and what else the reader has to know; at
    /// most kSealedChunk bytes. The writer takes nothing more afterwards.
    [[nodiscard]] Result<SealedFacts> finish(std::string_view envelope);
    /// The file stays.
    void keep() { published_.clear(); }

  private:
    struct Stream;
    SealedWriter(std::string directory, DurableFile file, std::unique_ptr<Stream> stream);
    Result<void> start(const PublicKey& key);
    Result<void> write_chunk(std::span<const std::uint8_t> bytes, unsigned char tag);

    std::string directory_;
    DurableFile file_;
    std::unique_ptr<Stream> stream_;
    SealedFacts facts_;
    std::string published_;  // path of a finished file that nobody has kept yet
};

/// Whether the file of a sealed message is there.
[[nodiscard]] bool is_kept(const std::string& directory, const std::string& id);

/// Takes the message piece by piece, each piece authentic and in order. That nothing is missing is
/// known only when unseal() succeeds.
using UnsealedSink = std::function<Result<void>(std::span<const std::uint8_t>)>;

/// The envelope. An error of the sink ends it.
[[nodiscard]] Result<std::string> unseal(const std::string& directory, const SealedFacts& facts,
                                         const PrivateKey& key, const UnsealedSink& sink);

}  // namespace smarttls::store
