// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint: what a log says of itself at one size, as the text of a signed note (C2SP
// tlog-checkpoint v1.0.0): origin, size and root, a line each.
//
//     Result<std::string> note = sign_checkpoint({"example.org/log", 12, root, {}}, signer);
//     Result<Checkpoint> checkpoint = open_checkpoint(*note, verifier);
//
// The name of the key is the origin of the log.
// Ownership: values. Threads: pure functions. Errors: Malformed (no checkpoint), Untrusted (not
// signed by this key, of another log).
#pragma once

#include "store/log/merkle.h"
#include "store/log/signed_note.h"

namespace smarttls::store {

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Hash root{};
    std::vector<std::string> extensions;  // lines that we do not know, kept as they are

    bool operator==(const Checkpoint&) const = default;
};

/// The text of the note, which ends in a newline.
[[nodiscard]] std::string to_text(const Checkpoint& checkpoint);
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);

[[nodiscard]] Result<std::string> sign_checkpoint(const Checkpoint& checkpoint,
                                                  const NoteSigner& signer);
[[nodiscard]] Result<Checkpoint> open_checkpoint(std::string_view note,
                                                 const NoteVerifier& verifier);

}  // namespace smarttls::store
