// SPDX-License-Identifier: Apache-2.0
//
// TlsContext: the parameters of every handshake of the engine, which are those that the floor
// transports of Postfix use (">=TLSv1.2", "high", its curves), and the CA certificates to judge by.
// What the probe completes, delivery completes; what it cannot, delivery cannot.
//
//     Result<TlsContext> tls = TlsContext::open(config.engine.ca_file);
//     run_session(plan, *tls, ...);  run_session(plan, tls->laxer(), ...)      // second_look.h
//
// No certificate makes a handshake fail: the chain is kept and judged afterwards (pkix.h, dane.h).
// Ownership: copies share the SSL_CTX, frozen after open(). Threads: immutable; the handshakes made
// from it may run anywhere. Errors: Misconfigured (CA file), Bug (OpenSSL refuses our parameters).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "policy/result.h"

struct ssl_ctx_st;  // SSL_CTX

namespace smarttls::engine {

class TlsContext {
  public:
    /// OpenSSL's level at which Postfix's tls_client_start() authenticates a server, in handshake and
    /// chain: no SHA-1 signature, no RSA key below 1024 bits. (Debian builds OpenSSL with 2.)
    static constexpr int kSecurityLevel = 1;

    /// `ca_file`: certificates in PEM form that PKIX authentication ends at.
    [[nodiscard]] static policy::Result<TlsContext> open(const std::string& ca_file);

    /// Borrowed.
    [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }

    /// The same trust, offering all that OpenSSL has: TLS 1.0, every suite and group, weak ones
    /// included. Never for anything that is to be protected.
    [[nodiscard]] TlsContext laxer() const { return {lax_, lax_}; }

    /// Whether the curve or group is among those that the floors offer.
    [[nodiscard]] static bool offers_group(std::string_view name);

  private:
    TlsContext(std::shared_ptr<ssl_ctx_st> context, std::shared_ptr<ssl_ctx_st> lax)
        : context_(std::move(context)), lax_(std::move(lax)) {}
    std::shared_ptr<ssl_ctx_st> context_;
    std::shared_ptr<ssl_ctx_st> lax_;
};

}  // namespace smarttls::engine
