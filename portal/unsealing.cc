// SPDX-License-Identifier: Apache-2.0
#include "portal/unsealing.h"

#include "store/message_keys.h"

namespace smarttls::portal {

policy::Result<store::Unsealer> open_sealed(const policy::Config& config, const store::SealedMessage& message) {
    const auto epoch = store::Epoch::parse(message.epoch);
    if (!epoch) return tl::unexpected(epoch.error());
    auto key = store::load_private_key(config.portal.private_keys, *epoch);
    if (!key) return tl::unexpected(key.error());
    auto keys = store::MessageKeys::open_read_only(config.store.message_keys);
    if (!keys) return tl::unexpected(keys.error());
    auto wrapped_key = keys->find(message.id);
    if (!wrapped_key) return tl::unexpected(wrapped_key.error());
    if (!*wrapped_key) {
        return policy::fail(policy::ErrorKind::Permanent,
                            "the key of message " + message.id +
                                " was destroyed: nobody can open the message any more");
    }
    const store::SealedFacts facts{message.id, *epoch, message.key_id, **wrapped_key, message.size};
    return store::Unsealer::open(config.store.sealed, facts, *key);
}

policy::Result<store::SealedEnvelope> unseal_message(const policy::Config& config,
                                                     const store::SealedMessage& message,
                                                     const store::UnsealedSink& sink) {
    auto unsealer = open_sealed(config, message);
    if (!unsealer) return tl::unexpected(unsealer.error());
    for (;;) {
        const auto chunk = unsealer->next();
        if (!chunk) return tl::unexpected(chunk.error());
        if (chunk->empty()) return store::read_envelope(unsealer->envelope());
        if (auto taken = sink(*chunk); !taken) return tl::unexpected(taken.error());
    }
}

store::SealedMessage sealed_of(const store::MessageRow& message) {
    store::SealedMessage sealed;
    sealed.id = message.id;
    sealed.epoch = message.epoch;
    sealed.key_id = message.key_id;
    sealed.size = message.size;
    return sealed;
}

}  // namespace smarttls::portal
