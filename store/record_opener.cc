// SPDX-License-Identifier: Apache-2.0
#include "store/record_opener.h"

#include <utility>

namespace smarttls::store {

Result<RecordOpener> RecordOpener::open(const std::string& message_keys, std::string private_keys) {
    auto keys = MessageKeys::open_read_only(message_keys);
    if (!keys) return tl::unexpected(keys.error());
    return RecordOpener(*std::move(keys), std::move(private_keys));
}

const PrivateKey* RecordOpener::private_key(const Epoch& epoch) {
    const auto known = loaded_.find(epoch);
    if (known != loaded_.end()) return known->second ? &*known->second : nullptr;
    std::optional<PrivateKey> key;
    if (!private_keys_.empty()) {
        if (auto loaded = load_private_key(private_keys_, epoch)) key = *std::move(loaded);
    }
    const auto& kept = loaded_.emplace(epoch, std::move(key)).first->second;
    return kept ? &*kept : nullptr;
}

Result<std::vector<RevealedPart>> RecordOpener::read(const RecordId& id, std::span<const SealedPart> parts) {
    auto key = keys_.find(id);
    if (!key) return tl::unexpected(key.error());
    std::vector<RevealedPart> contents(parts.size());
    const PrivateKey* const opens = *key ? private_key((*key)->epoch) : nullptr;
    std::optional<RecordSecret> secret;
    if (opens != nullptr) {
        auto unwrapped = RecordSecret::unwrap(id, (*key)->wrapped, *opens);
        if (!unwrapped) return tl::unexpected(unwrapped.error());
        secret.emplace(*std::move(unwrapped));
    }
    for (std::size_t number = 0; number < parts.size(); ++number) {
        const bool is_there = *key && !parts[number].ciphertext.empty() && has_secret((*key)->secrets, number);
        if (!is_there) contents[number].shown = Shown::Erased;
        if (!is_there || !secret) continue;
        auto opened = open_part(id, number, parts[number], *secret, (*key)->secrets);
        if (!opened) return tl::unexpected(opened.error());
        contents[number] = {Shown::Clear, *std::move(opened)};
    }
    return contents;
}

}  // namespace smarttls::store
