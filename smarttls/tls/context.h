// SPDX-License-Identifier: Apache-2.0
//
// TlsContext: the parameters of every handshake of the engine, which are those that the floor
// transports of Postfix use (">=TLSv1.2", "high"), and the CA certificates to judge by. What the
// probe completes, delivery completes; what it cannot, delivery cannot.
//
//     Result<TlsContext> tls = TlsContext::open(config.engine.ca_file);
//
// No certificate makes a handshake fail: the chain is kept and judged afterwards (pkix.h, dane.h).
// Ownership: copies share one SSL_CTX, frozen after open(). Threads: immutable; the handshakes made
// from it may run anywhere. Errors: Misconfigured (CA file), Bug (OpenSSL refuses our parameters).
#pragma once

#include <memory>
#include <string>

#include "policy/result.h"

struct ssl_ctx_st;  // SSL_CTX

namespace smarttls::engine {

class TlsContext {
  public:
    /// `ca_file`: certificates in PEM form that PKIX authentication ends at.
    [[nodiscard]] static policy::Result<TlsContext> open(const std::string& ca_file);

    /// Borrowed.
    [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

  private:
    explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}
    std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace smarttls::engine
