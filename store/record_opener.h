// SPDX-License-Identifier: Apache-2.0
//
// RecordOpener: reads the encrypted parts of records, as far as the keys at hand and what was erased allow.
//
//     Result<RecordOpener> opener = RecordOpener::open(settings.message_keys, private_keys);
//     Result<std::vector<RevealedPart>> parts = opener->read(id, sealed_parts);
//
// Without private keys every part is Sealed: that is no error, an administrator may look at outcomes and times
// without having the keys.
// Ownership: a read-only connection and the private keys it has loaded. Threads: one. Errors: those of SQLite;
// Corrupt for a part that is not what the log commits to.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/message_keys.h"
#include "store/sealing/sealed_record.h"

namespace smarttls::store {

struct RevealedPart {
    Shown shown = Shown::Sealed;
    OpenedPart opened;  // when Clear
};

class RecordOpener {
  public:
    /// `private_keys`: directory; empty for none.
    [[nodiscard]] static Result<RecordOpener> open(const std::string& message_keys, std::string private_keys);

    /// In the order of `parts`; one without ciphertext was erased.
    [[nodiscard]] Result<std::vector<RevealedPart>> read(const RecordId& id, std::span<const SealedPart> parts);

  private:
    RecordOpener(MessageKeys keys, std::string private_keys)
        : keys_(std::move(keys)), private_keys_(std::move(private_keys)) {}
    /// Nothing when it is not for us to read.
    const PrivateKey* private_key(const Epoch& epoch);

    MessageKeys keys_;
    std::string private_keys_;
    std::map<Epoch, std::optional<PrivateKey>> loaded_;
};

}  // namespace smarttls::store
