// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/second_look.h"

#include <utility>

#include "smarttls/tls/handles.h"

namespace smarttls::engine {
namespace {

using policy::Reason;

bool offers_protocol(const std::string& protocol) {
    return protocol == "TLSv1.2" || protocol == "TLSv1.3";
}

bool offers_suite(const TlsContext& tls, const std::string& suite) {
    const STACK_OF(SSL_CIPHER)* const suites = SSL_CTX_get_ciphers(tls.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i) {
        if (suite == SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i))) return true;
    }
    return false;
}

/// Up to TLS 1.2 the groups that a client offers bind elliptic curves alone: for DHE the server
/// takes what it likes (RFC 5246 §7.4.3).
bool offers_group(const policy::TlsFacts& session) {
    const std::string& group = session.group;
    const bool finite_field =
        session.suite.starts_with("DHE-") || session.suite.starts_with("ADH-");
    return group.empty() || finite_field || TlsContext::offers_group(group);
}

}  // namespace

std::vector<Reason> beyond_offer(const TlsContext& tls, const SessionFacts& lax) {
    std::vector<Reason> reasons;
    if (!offers_protocol(lax.tls->protocol)) reasons.push_back(Reason::OldProtocol);
    if (!offers_suite(tls, lax.tls->suite)) reasons.push_back(Reason::WeakCipher);
    if (!offers_group(*lax.tls)) reasons.push_back(Reason::WeakGroup);
    // RFC 8422 §5.1: the offered curves bind those of ECDSA keys, too.
    const bool bound = lax.certificate && lax.certificate->key.starts_with("ecdsa-");
    if (bound && !TlsContext::offers_group(lax.certificate->curve)) {
        reasons.push_back(Reason::WeakKey);
    }
    return reasons;
}

boost::asio::awaitable<SessionFacts> second_look(SessionPlan plan, TlsContext tls,
                                                 SessionFacts first, policy::Deadline deadline) {
    SessionFacts lax = co_await run_session(std::move(plan), tls.laxer(), deadline);
    if (!lax.tls) co_return first;
    std::vector<Reason> reasons = beyond_offer(tls, lax);
    if (!reasons.empty()) first.reasons = std::move(reasons);
    first.tls = std::move(lax.tls);
    first.tls->lax = true;
    first.certificate = std::move(lax.certificate);
    first.chain = std::move(lax.chain);
    co_return first;
}

}  // namespace smarttls::engine
