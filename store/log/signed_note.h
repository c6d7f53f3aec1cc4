// SPDX-License-Identifier: Apache-2.0
//
// A signed note (C2SP signed-note v1.0.0): a text, an empty line, and a line per signature,
// "— <key name> <Base64 of key id and signature>".
//
//     Result<std::string> note = sign_note(text, signer);
//     Result<std::string> text = open_note(*note, verifier);     // only what the key has signed
//
// Signatures of keys that we do not know, such as a witness's, are kept and mean nothing; each one
// of the known key must verify.
// Ownership: values. Threads: pure functions. Errors: Malformed (no note), Untrusted (the known key
// did not sign it, or a signature of it does not verify).
#pragma once

#include "store/log/note_key.h"

namespace smarttls::store {

/// 16 signatures (each verifier has to accept as many), of which a post-quantum one takes 5 kB.
constexpr std::size_t kMostSignatures = 16;
constexpr std::size_t kLongestNote = 131'072;

struct NoteSignature {
    std::string name;
    KeyId id;
    Bytes bytes;
};

struct SignedNote {
    std::string text;  // ends in a newline
    std::vector<NoteSignature> signatures;
};

/// Takes a note apart; verifies nothing.
[[nodiscard]] Result<SignedNote> parse_note(std::string_view note);

/// The text must end in a newline and be UTF-8 without other control characters.
[[nodiscard]] Result<std::string> sign_note(std::string_view text, const NoteSigner& signer);

/// The text, once the key's signature of it has been verified.
[[nodiscard]] Result<std::string> open_note(std::string_view note, const NoteVerifier& verifier);

}  // namespace smarttls::store
