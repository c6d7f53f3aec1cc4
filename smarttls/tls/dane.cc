// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/dane.h"

#include <algorithm>

namespace smarttls::engine {
namespace {

using policy::DaneFacts;
using policy::DaneStatus;

constexpr std::uint8_t kDaneTa = 2;  // RFC 7218 §2.1
constexpr std::uint8_t kDaneEe = 3;

/// An SSL that never handshakes: it carries the names and records that the verification asks for.
SslHandle dane_carrier(const TlsContext& tls, const std::vector<policy::DomainName>& names) {
    SslHandle ssl(SSL_new(tls.get()));
    if (!ssl || names.empty() || SSL_dane_enable(ssl.get(), names.front().str().c_str()) != 1) {
        return nullptr;
    }
    for (auto name = names.begin() + 1; name != names.end(); ++name) {
        if (SSL_add1_host(ssl.get(), name->str().c_str()) != 1) return nullptr;
    }
    // RFC 7672 §3.2.3: '*' is a whole label. §3.1.1: usage 3 is not to be refused for a name.
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_dane_set_flags(ssl.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    return ssl;
}

/// RFC 7672 §3.1.3: usages 0 and 1 are unusable for SMTP. SSL_dane_tlsa_add() answers 0 for unknown
/// selectors and matching types, wrong digest lengths and full data that does not parse (RFC 7671
/// §4).
bool add_if_usable(SSL* ssl, const TlsaRecord& record) {
    if (record.usage != kDaneTa && record.usage != kDaneEe) return false;
    return SSL_dane_tlsa_add(ssl, record.usage, record.selector, record.matching,
                             record.data.data(), record.data.size()) == 1;
}

/// How many records the verification will look at; none must never reach it, because an SSL without
/// records verifies by CA certificates.
std::ptrdiff_t add_records(SSL* ssl, const std::vector<TlsaRecord>& records) {
    return std::count_if(records.begin(), records.end(),
                         [ssl](const TlsaRecord& record) { return add_if_usable(ssl, record); });
}

/// As the handshake would verify (ssl_verify_cert_chain() of OpenSSL), with a clock of ours.
bool verifies(SSL* ssl, const PeerChain& chain, const TlsContext& tls, policy::WallTime now) {
    const StoreCtxHandle context(X509_STORE_CTX_new());
    X509_STORE* const store = SSL_CTX_get_cert_store(tls.get());
    if (!context ||
        X509_STORE_CTX_init(context.get(), store, chain.leaf(), chain.presented()) != 1 ||
        X509_STORE_CTX_set_default(context.get(), "ssl_server") != 1) {
        return false;
    }
    X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(context.get());
    if (X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl)) != 1) return false;
    X509_VERIFY_PARAM_set_time(param, now.time_since_epoch().count());
    X509_VERIFY_PARAM_set_auth_level(param, TlsContext::kSecurityLevel);
    X509_STORE_CTX_set0_dane(context.get(), SSL_get0_dane(ssl));
    return X509_verify_cert(context.get()) == 1;
}

DaneFacts verified_by(SSL* ssl) {
    std::uint8_t usage = 0;
    std::uint8_t selector = 0;
    std::uint8_t matching = 0;
    // Verified without a record would be a verification by CA certificates: no DANE at all.
    if (SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, nullptr, nullptr) < 0) {
        return {DaneStatus::Mismatch, {}, {}, {}};
    }
    return {DaneStatus::Verified, usage, selector, matching};
}

}  // namespace

DaneFacts judge_dane(const PeerChain& chain, const TlsContext& tls, const DaneDemand& demand,
                     policy::WallTime now) {
    const ErrorQueueGuard guard;
    if (demand.records.empty()) return {DaneStatus::None, {}, {}, {}};
    const SslHandle ssl = dane_carrier(tls, demand.names);
    if (!ssl) return {DaneStatus::Mismatch, {}, {}, {}};
    if (add_records(ssl.get(), demand.records) == 0) return {DaneStatus::Unusable, {}, {}, {}};
    if (!verifies(ssl.get(), chain, tls, now)) return {DaneStatus::Mismatch, {}, {}, {}};
    return verified_by(ssl.get());
}

DaneFacts unmet(const DaneDemand& demand, const TlsContext& tls) {
    const ErrorQueueGuard guard;
    if (demand.records.empty()) return {DaneStatus::None, {}, {}, {}};
    const SslHandle ssl = dane_carrier(tls, demand.names);
    const bool unusable = ssl && add_records(ssl.get(), demand.records) == 0;
    return {unusable ? DaneStatus::Unusable : DaneStatus::Mismatch, {}, {}, {}};
}

}  // namespace smarttls::engine
