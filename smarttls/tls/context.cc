// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/context.h"

#include <algorithm>
#include <array>

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

/// Postfix's tls_eecdh_auto_curves, in its order.
constexpr const char* kGroups = "X25519:X448:prime256v1:secp521r1:secp384r1";
constexpr std::array<std::string_view, 5> kGroupNames{"x25519", "x448", "secp256r1", "secp521r1",
                                                      "secp384r1"};

/// Whatever is left of the past in OpenSSL, behind what is better: a server that can do both shows
/// the better one.
constexpr const char* kLaxCiphers = "ALL:@STRENGTH:+aNULL:eNULL";
constexpr const char* kLaxSuites =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
constexpr const char* kLaxGroups =
    "X25519:X448:prime256v1:secp521r1:secp384r1:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1:"
    "ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192:secp224r1:secp256k1:prime192v1:secp160r1:"
    "sect571r1:sect409r1:sect283r1:sect283k1:sect233r1:sect163k1";

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

Result<void> set_common_parameters(SSL_CTX* context) {
    SSL_CTX_set_options(context, SSL_OP_ALL);  // Postfix: tls_bug_bits()
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_cert_verify_callback(context, accept_any_chain, nullptr);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // 34 KiB while a server lets us wait
    SSL_CTX_set_read_ahead(context, 1);  // one recv(2) for all records that are there
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_OFF);  // each probe sees a full handshake
    if (SSL_CTX_set_max_proto_version(context, 0) != 1 ||
        SSL_CTX_dane_enable(context) != 1) {  // SHA-256 and SHA-512, agility: RFC 7671 §9
        return fail(ErrorKind::Bug, "setting TLS parameters: " + openssl_error());
    }
    return policy::ok();
}

bool set_groups(SSL_CTX* context, std::string groups) {
    // SSL_CTX_set1_groups_list() without the C cast of its macro.
    return SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, groups.data()) == 1;
}

Result<void> set_floor_parameters(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, TlsContext::kSecurityLevel);
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, kCiphers) != 1 || !set_groups(context, kGroups)) {
        return fail(ErrorKind::Bug, "setting the floors' parameters: " + openssl_error());
    }
    return policy::ok();
}

Result<void> set_lax_parameters(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);  // no RFC 5746
    if (SSL_CTX_set_min_proto_version(context, TLS1_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, kLaxCiphers) != 1 ||
        SSL_CTX_set_ciphersuites(context, kLaxSuites) != 1 || !set_groups(context, kLaxGroups)) {
        return fail(ErrorKind::Bug, "setting lax TLS parameters: " + openssl_error());
    }
    return policy::ok();
}

using Context = std::shared_ptr<SSL_CTX>;

Result<Context> new_context(Result<void> (*set_own_parameters)(SSL_CTX*)) {
    Context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (!context) return fail(ErrorKind::Bug, "making a TLS context: " + openssl_error());
    if (auto set = set_common_parameters(context.get()); !set) return tl::unexpected(set.error());
    if (auto set = set_own_parameters(context.get()); !set) return tl::unexpected(set.error());
    return context;
}

}  // namespace

Result<TlsContext> TlsContext::open(const std::string& ca_file) {
    ERR_clear_error();
    auto context = new_context(set_floor_parameters);
    if (!context) return because(context, "TLS context");
    auto lax = new_context(set_lax_parameters);
    if (!lax) return because(lax, "TLS context");
    if (SSL_CTX_load_verify_file(context->get(), ca_file.c_str()) != 1) {
        return fail(ErrorKind::Misconfigured, "reading CA certificates from " +
                                                  policy::quote(ca_file) + ": " + openssl_error());
    }
    SSL_CTX_set1_cert_store(lax->get(), SSL_CTX_get_cert_store(context->get()));
    return TlsContext(*std::move(context), *std::move(lax));
}

bool TlsContext::offers_group(std::string_view name) {
    return std::find(kGroupNames.begin(), kGroupNames.end(), name) != kGroupNames.end();
}

}  // namespace smarttls::engine
