// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/pkix.h"

#include <algorithm>
#include <array>
#include <optional>

namespace smarttls::engine {
namespace {

using policy::Reason;

/// Reasons in the order in which they are told; bits of a set.
constexpr std::array kOrder{
    Reason::CertificateSelfSigned,    Reason::CertificateUnknownRoot,
    Reason::CertificateMissingIssuer, Reason::CertificateNotTrusted,
    Reason::CertificateExpired,       Reason::CertificateNotYetValid,
    Reason::CertificateHostMismatch,
};

class Defects {
  public:
    void add(Reason reason) {
        if (!has(reason)) found_.push_back(reason);
    }
    [[nodiscard]] bool has(Reason reason) const {
        return std::find(found_.begin(), found_.end(), reason) != found_.end();
    }
    [[nodiscard]] bool lacks_trust() const {
        return has(Reason::CertificateSelfSigned) || has(Reason::CertificateUnknownRoot) ||
               has(Reason::CertificateMissingIssuer);
    }
    [[nodiscard]] std::vector<Reason> in_order() const {
        std::vector<Reason> ordered;
        std::copy_if(kOrder.begin(), kOrder.end(), std::back_inserter(ordered),
                     [this](Reason reason) { return has(reason); });
        return ordered;
    }

  private:
    std::vector<Reason> found_;
};

/// The issuer of the last certificate of the chain is nowhere. For the leaf that is an intermediate
/// which the server forgot to send; further up it is a root that we do not have.
Reason missing_at(int depth) {
    return depth == 0 ? Reason::CertificateMissingIssuer : Reason::CertificateUnknownRoot;
}

/// The defect behind an error of OpenSSL, or nothing for an error that only repeats another one.
std::optional<Reason> defect_of(int error, int depth, bool lacks_trust) {
    switch (error) {
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return Reason::CertificateSelfSigned;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return Reason::CertificateUnknownRoot;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
            return missing_at(depth);
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return Reason::CertificateExpired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return Reason::CertificateNotYetValid;
        // "I cannot check the signature of this leaf": because its issuer is missing, told before.
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            if (lacks_trust) return std::nullopt;
            break;
        default:
            break;
    }
    return Reason::CertificateNotTrusted;
}

/// Notes the error and lets the verification go on, so that one look finds all defects. OpenSSL
/// calls this through C: nothing may be thrown.
int note_error(int verified, X509_STORE_CTX* context) noexcept {
    if (verified == 1) return 1;
    auto* const defects = static_cast<Defects*>(X509_STORE_CTX_get_app_data(context));
    try {
        const auto defect =
            defect_of(X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_error_depth(context),
                      defects->lacks_trust());
        if (defect) defects->add(*defect);
    } catch (...) {
        return 0;  // out of memory: verification ends without success
    }
    return 1;
}

void check_chain(const PeerChain& chain, const TlsContext& trusted, policy::WallTime now,
                 Defects& defects) {
    const StoreCtxHandle context(X509_STORE_CTX_new());
    X509_STORE* const store = SSL_CTX_get_cert_store(trusted.get());
    if (!context ||
        X509_STORE_CTX_init(context.get(), store, chain.leaf(), chain.presented()) != 1 ||
        X509_STORE_CTX_set_default(context.get(), "ssl_server") != 1 ||
        X509_STORE_CTX_set_app_data(context.get(), &defects) != 1) {
        return defects.add(Reason::CertificateNotTrusted);
    }
    X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(context.get());
    X509_VERIFY_PARAM_set_time(param, now.time_since_epoch().count());
    X509_VERIFY_PARAM_set_auth_level(param, TlsContext::kSecurityLevel);
    X509_STORE_CTX_set_verify_cb(context.get(), note_error);
    const bool verified = X509_verify_cert(context.get()) == 1;
    // Our callback forgives everything, and then the result alone means nothing: the error does.
    const bool clean = X509_STORE_CTX_get_error(context.get()) == X509_V_OK;
    if (!(verified && clean) && defects.in_order().empty()) {
        defects.add(Reason::CertificateNotTrusted);
    }
}

}  // namespace

bool names_host(X509* certificate, const policy::DomainName& host, NameRule rule) {
    const ErrorQueueGuard guard;
    const std::string& name = host.str();
    unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    if (rule == NameRule::DnsIdOnly) flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
}

std::vector<Reason> pkix_defects(const PeerChain& chain, const TlsContext& trusted,
                                 const policy::DomainName& host, policy::WallTime now,
                                 NameRule rule) {
    const ErrorQueueGuard guard;
    Defects defects;
    check_chain(chain, trusted, now, defects);
    if (!names_host(chain.leaf(), host, rule)) defects.add(Reason::CertificateHostMismatch);
    return defects.in_order();
}

}  // namespace smarttls::engine
