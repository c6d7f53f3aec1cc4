// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/second_look.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "smarttls/tls/handles.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
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

std::vector<Reason> beyond_offer(const TlsContext& tls, const Observation& lax) {
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

asio::awaitable<Observation> observe(SessionPlan plan, TlsContext tls, policy::Deadline deadline) {
    Observation seen = co_await run_session(plan, tls, deadline);
    if (!seen.handshake_failed) co_return seen;
    if (plan.interval.count() > 0) {
        asio::steady_timer pause(co_await asio::this_coro::executor, plan.interval);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    Observation lax = co_await run_session(std::move(plan), tls.laxer(), deadline);
    if (!lax.tls) co_return seen;
    std::vector<Reason> reasons = beyond_offer(tls, lax);
    if (!reasons.empty()) seen.reasons = std::move(reasons);
    seen.tls = std::move(lax.tls);
    seen.tls->lax = true;
    seen.certificate = std::move(lax.certificate);
    seen.chain = std::move(lax.chain);
    co_return seen;
}

}  // namespace smarttls::engine
