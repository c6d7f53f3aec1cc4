// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/web_session.h"

#include <boost/asio/this_coro.hpp>

#include "smarttls/tls/peer_chain.h"
#include "smarttls/tls/pkix.h"
#include "smarttls/tls/tls_transport.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Reason;

constexpr std::chrono::seconds kConnectLimit{10};
constexpr std::chrono::seconds kFarewell{2};

Deadline within(std::chrono::seconds limit, Deadline deadline) {
    return Deadline::after(Deadline::Clock::now(), limit).sooner(deadline);
}

/// RFC 8461 §3.3: a chain to a trusted root, valid today, a DNS-ID for the policy host.
std::vector<Reason> defects_of(SSL* ssl, const WebPlan& plan, const TlsContext& tls) {
    const auto chain = PeerChain::of(ssl);
    if (!chain) return {Reason::CertificateNotTrusted};
    return pkix_defects(*chain, tls, plan.host, plan.now, NameRule::DnsIdOnly);
}

bool said_goodbye(SSL* ssl) {
    return (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

asio::awaitable<IoStatus> read_all(TlsTransport& encrypted, TakeBytes take, Deadline deadline) {
    std::string received;
    for (;;) {
        const IoStatus status = co_await encrypted.read(received, deadline);
        if (status != IoStatus::Ok) co_return status;
        if (!take(received)) co_return IoStatus::Ok;
        received.clear();
    }
}

}  // namespace

asio::awaitable<WebFinding> run_web_session(WebPlan plan, TlsContext tls, TakeBytes take,
                                            Deadline deadline) {
    WebFinding finding;
    TcpTransport tcp(co_await asio::this_coro::executor);
    const Deadline connected_by = within(kConnectLimit, deadline);
    finding.status = co_await tcp.connect(plan.server, plan.source, connected_by);
    finding.connected = finding.status == IoStatus::Ok;
    if (!finding.connected) co_return finding;
    TlsTransport encrypted(tcp, tls, plan.host);
    finding.status = co_await encrypted.handshake(deadline);
    finding.encrypted = finding.status == IoStatus::Ok;
    if (!finding.encrypted) co_return finding;
    finding.pkix = defects_of(encrypted.ssl(), plan, tls);
    if (finding.pkix.empty()) {
        finding.status = co_await encrypted.write(plan.request, deadline);
        if (finding.status == IoStatus::Ok) {
            finding.status = co_await read_all(encrypted, take, deadline);
        }
        finding.ended = said_goodbye(encrypted.ssl());
    }
    const Deadline closed_by = within(kFarewell, deadline);
    co_await encrypted.close(closed_by);
    co_return finding;
}

}  // namespace smarttls::engine
