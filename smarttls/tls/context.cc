// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/context.h"

#include "policy/text.h"
#include "smarttls/tls/handles.h"

namespace smarttls::engine {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::Result;

/// Postfix's "high" (tls_high_cipherlist) without anonymous suites, which every level with
/// authentication excludes. TLS 1.3 suites are OpenSSL's own in both programs.
constexpr const char* kCiphers = "HIGH:@STRENGTH:!aNULL";

/// Oldest error of the thread's queue as text; the queue is empty afterwards.
std::string openssl_error() {
    const unsigned long code = ERR_get_error();
    const char* const reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason != nullptr ? reason : "unknown error";
}

/// Called instead of the chain verification of the handshake: yes to all. The handshake alone
/// proves that the peer holds the key of its certificate; what that is worth is judged once,
/// afterwards.
int accept_any_chain(X509_STORE_CTX*, void*) noexcept {
    return 1;
}

Result<void> set_parameters(SSL_CTX* context) {
    // Postfix's tls_client_init() sets level 0, for peers with old keys and signatures. A level
    // above (Debian builds OpenSSL with 2) would call servers unprotected to which delivery is
    // encrypted.
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_ALL);  // Postfix: tls_bug_bits()
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_cert_verify_callback(context, accept_any_chain, nullptr);
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_OFF);  // each probe sees a full handshake
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(context, 0) != 1 ||
        SSL_CTX_set_cipher_list(context, kCiphers) != 1 ||
        SSL_CTX_dane_enable(context) != 1) {  // SHA-256 and SHA-512, agility: RFC 7671 §9
        return fail(ErrorKind::Bug, "setting TLS parameters: " + openssl_error());
    }
    return policy::ok();
}

}  // namespace

Result<TlsContext> TlsContext::open(const std::string& ca_file) {
    ERR_clear_error();
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!context) return fail(ErrorKind::Bug, "making a TLS context: " + openssl_error());
    if (auto set = set_parameters(context.get()); !set) return because(set, "TLS context");
    if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1) {
        return fail(ErrorKind::Misconfigured, "reading CA certificates from " +
                                                  policy::quote(ca_file) + ": " + openssl_error());
    }
    return TlsContext(std::move(context));
}

}  // namespace smarttls::engine
