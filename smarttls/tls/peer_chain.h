// SPDX-License-Identifier: Apache-2.0
//
// PeerChain: the certificates that a server presented in its handshake, before anybody judged them.
//
//     std::optional<PeerChain> chain = PeerChain::of(ssl);
//     describe(chain->leaf());  pkix_defects(*chain, ...);  judge_dane(*chain, ...);
//
// Ownership: holds references of its own, so it outlives the connection. Threads: one thread.
// Errors: nothing when the server sent no certificate.
#pragma once

#include <optional>
#include <utility>

#include "smarttls/tls/handles.h"

namespace smarttls::engine {

class PeerChain {
  public:
    PeerChain(X509Handle leaf, ChainHandle presented)
        : leaf_(std::move(leaf)), presented_(std::move(presented)) {}

    /// Of a client's completed handshake.
    [[nodiscard]] static std::optional<PeerChain> of(const SSL* ssl) {
        X509Handle leaf(SSL_get1_peer_certificate(ssl));
        if (!leaf) return std::nullopt;
        STACK_OF(X509)* const presented = SSL_get_peer_cert_chain(ssl);
        return PeerChain(std::move(leaf),
                         ChainHandle(presented ? X509_chain_up_ref(presented) : nullptr));
    }

    /// Borrowed. OpenSSL takes them non-const because it caches extensions inside.
    [[nodiscard]] X509* leaf() const { return leaf_.get(); }
    [[nodiscard]] STACK_OF(X509) * presented() const { return presented_.get(); }

  private:
    X509Handle leaf_;
    ChainHandle presented_;  // with the leaf; nullptr is an empty chain
};

}  // namespace smarttls::engine
