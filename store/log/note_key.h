// SPDX-License-Identifier: Apache-2.0
//
// The two halves of a key that signs notes (C2SP signed-note v1.0.0, Ed25519 of RFC 8032).
//
//     Result<NoteSigner> signer = open_signer(directory, "log.key", "example.org/log");
//     publish(signer->verifier().str());    // "example.org/log+1f2e3d4c+AR...="
//
// The file of a signer is one line of mode 0400, as the note package of Go spells it:
// "PRIVATE+KEY+<name>+<key id>+<Base64>". It is created when it is missing and never replaced.
// Ownership: the private half lies in memory that is locked, guarded and wiped (sodium_malloc).
// Threads: immutable. Errors: Malformed (no such key), Corrupt (a key file that cannot be read),
// Misconfigured (a file that is missing, or of another name), Temporary (I/O, locked memory),
// Untrusted (a signature that does not verify), Bug (libsodium cannot start).
#pragma once

#include <memory>

#include "store/log/hash.h"

namespace smarttls::store {

using KeyId = std::array<std::uint8_t, 4>;
using PublicSigningKey = std::array<std::uint8_t, 32>;

class NoteVerifier {
  public:
    /// "<name>+<8 hexadecimal digits>+<Base64 of type and key>"
    [[nodiscard]] static Result<NoteVerifier> parse(std::string_view text);
    [[nodiscard]] static Result<NoteVerifier> create(std::string name, const PublicSigningKey& key);

    [[nodiscard]] std::string str() const;
    [[nodiscard]] const std::string& name() const { return name_; }
    /// The first bytes of SHA-256(name || 0x0A || 0x01 || public key).
    [[nodiscard]] const KeyId& id() const { return id_; }
    [[nodiscard]] Result<void> verify(std::string_view text, ByteView signature) const;

  private:
    NoteVerifier(std::string name, const PublicSigningKey& key);

    std::string name_;
    PublicSigningKey key_;
    KeyId id_;
};

class NoteSigner {
  public:
    static constexpr std::size_t kSignatureSize = 64;
    using Signature = std::array<std::uint8_t, kSignatureSize>;

    /// A new key.
    [[nodiscard]] static Result<NoteSigner> create(const std::string& name);
    /// The line of a key file, without its end. The caller wipes the text.
    [[nodiscard]] static Result<NoteSigner> parse(std::string_view text);

    [[nodiscard]] const NoteVerifier& verifier() const { return verifier_; }
    [[nodiscard]] Signature sign(std::string_view text) const;

    /// Writes the key file, synced. True: written; false: there was one.
    [[nodiscard]] Result<bool> store(const std::string& directory, const std::string& file) const;

  private:
    struct Wipe {
        void operator()(std::uint8_t* bytes) const noexcept;
    };
    using Secret = std::unique_ptr<std::uint8_t, Wipe>;
    NoteSigner(NoteVerifier verifier, Secret secret)
        : verifier_(std::move(verifier)), secret_(std::move(secret)) {}
    [[nodiscard]] static Result<Secret> allocate(std::size_t size);
    [[nodiscard]] static Result<NoteSigner> from_seed(const std::string& name, const Secret& seed);

    NoteVerifier verifier_;
    Secret secret_;  // libsodium's form: the seed and the public key
};

[[nodiscard]] Result<NoteSigner> load_signer(const std::string& directory, const std::string& file);

/// The key in the file, which is created when there is none; its name has to be this.
[[nodiscard]] Result<NoteSigner> open_signer(const std::string& directory, const std::string& file,
                                             const std::string& name);

}  // namespace smarttls::store
