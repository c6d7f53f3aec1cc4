// SPDX-License-Identifier: Apache-2.0
#include "portal/unsealing.h"

#include "store/message_keys.h"

namespace smarttls::portal {

policy::Result<store::SealedEnvelope> unseal_message(const policy::Config& config,
                                                     const store::SealedMessage& message,
                                                     const store::UnsealedSink& sink) {
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
    auto envelope = store::unseal(config.store.sealed, facts, *key, sink);
    if (!envelope) return tl::unexpected(envelope.error());
    return store::read_envelope(*envelope);
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
