// SPDX-License-Identifier: Apache-2.0
//
// Owners of what OpenSSL allocates: one alias per type, freed by the function of its manual page.
//
//     const X509Handle leaf(SSL_get1_peer_certificate(ssl));     // get1: ours
//
// What a get0 function returns is borrowed and stays a raw pointer.
// Ownership: that is the whole file. Threads: plain values.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

namespace smarttls::engine {

struct OpensslFree {
    void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(X509_STORE_CTX* context) const noexcept { X509_STORE_CTX_free(context); }
    void operator()(STACK_OF(X509) * chain) const noexcept { sk_X509_pop_free(chain, X509_free); }
};

template <class T>
using OpensslHandle = std::unique_ptr<T, OpensslFree>;

using BioHandle = OpensslHandle<BIO>;
using KeyHandle = OpensslHandle<EVP_PKEY>;
using NamesHandle = OpensslHandle<GENERAL_NAMES>;
using SslHandle = OpensslHandle<SSL>;
using SslCtxHandle = OpensslHandle<SSL_CTX>;
using X509Handle = OpensslHandle<X509>;
using StoreCtxHandle = OpensslHandle<X509_STORE_CTX>;
using ChainHandle = OpensslHandle<STACK_OF(X509)>;

/// Empties the thread's error queue when a function that asked OpenSSL questions returns: a "no"
/// must not be found later by somebody who reads the queue for an error of his own.
class ErrorQueueGuard {
  public:
    ErrorQueueGuard() { ERR_clear_error(); }
    ErrorQueueGuard(const ErrorQueueGuard&) = delete;
    ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
    ~ErrorQueueGuard() { ERR_clear_error(); }
};

}  // namespace smarttls::engine
