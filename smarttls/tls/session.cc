// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/session.h"

#include <array>
#include <boost/asio/this_coro.hpp>

#include "smarttls/smtp/dialog.h"
#include "smarttls/tls/certificate.h"
#include "smarttls/tls/peer_chain.h"
#include "smarttls/tls/tls_transport.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Reason;

/// The session while it lasts; its coroutines run one after the other.
class Session {
  public:
    Session(const asio::any_io_executor& executor, SessionPlan plan, TlsContext tls)
        : plan_(std::move(plan)), tls_(std::move(tls)), tcp_(executor) {}

    asio::awaitable<Observation> run(Deadline deadline);

  private:
    asio::awaitable<Step> connect(Deadline deadline);
    asio::awaitable<Step> speak_in_clear(Deadline deadline);
    asio::awaitable<Step> speak_under_tls(Deadline deadline);
    void note_what_is_shown(SSL* ssl);
    [[nodiscard]] static Deadline within(std::chrono::milliseconds limit, Deadline deadline) {
        return Deadline::after(Deadline::Clock::now(), limit).sooner(deadline);
    }

    SessionPlan plan_;
    TlsContext tls_;
    TcpTransport tcp_;
    Observation seen_;
};

asio::awaitable<Observation> Session::run(Deadline deadline) {
    Step ended = co_await connect(deadline);
    if (!ended) ended = co_await speak_in_clear(deadline);
    if (!ended) ended = co_await speak_under_tls(deadline);
    if (ended) {
        seen_.outcome = ended->outcome;
        seen_.reasons.push_back(ended->reason);
    } else {
        seen_.outcome = SessionOutcome::Tls;
    }
    co_return std::move(seen_);
}

asio::awaitable<Step> Session::connect(Deadline deadline) {
    const Deadline limit = within(plan_.limits.connect, deadline);
    const IoStatus connected = co_await tcp_.connect(plan_.server, plan_.source, limit);
    seen_.connected = connected == IoStatus::Ok;
    if (connected == IoStatus::TimedOut) co_return unknown_because(Reason::Timeout);
    if (connected != IoStatus::Ok) co_return unknown_because(Reason::Refused);
    co_return std::nullopt;
}

asio::awaitable<Step> Session::speak_in_clear(Deadline deadline) {
    Dialog dialog(tcp_, plan_.limits);
    Step ended = co_await dialog.banner(deadline);
    if (!ended) ended = co_await dialog.hello(plan_.helo_name, deadline);
    if (!ended) ended = co_await dialog.starttls(deadline);
    // After an injection the server waits for a ClientHello, and we have nothing left to say.
    if (ended && ended->reason != Reason::StarttlsInjection) co_await dialog.quit(deadline);
    co_return ended;
}

asio::awaitable<Step> Session::speak_under_tls(Deadline deadline) {
    TlsTransport encrypted(tcp_, tls_, plan_.server_name);
    const Deadline shaken_by = within(plan_.limits.handshake, deadline);
    const IoStatus shaken = co_await encrypted.handshake(shaken_by);
    seen_.handshake_failed = shaken == IoStatus::TlsFailed && encrypted.spoke_tls();
    if (shaken != IoStatus::Ok) co_return setback_of(shaken);
    note_what_is_shown(encrypted.ssl());
    // In TLS 1.3 the client is done before the server has judged it: only a reply under TLS shows
    // that the session stands (RFC 8446 §4.4.4; RFC 3207 §4.2 asks for this EHLO).
    Dialog dialog(encrypted, plan_.limits);
    Step ended = co_await dialog.hello(plan_.helo_name, deadline);
    if (ended &&
        ended->reason == Reason::StarttlsNotSupported) {  // EHLO is unknown: not so in clear
        ended = unknown_because(Reason::ProtocolError);
    }
    co_await dialog.quit(deadline);
    const Deadline closed_by = within(plan_.limits.farewell, deadline);
    co_await encrypted.close(closed_by);
    co_return ended;
}

/// The finite field group that a server chose for DHE, "ffdhe3072"; "dh-2048" for one of its own.
std::string finite_field_of(SSL* ssl) {
    EVP_PKEY* taken = nullptr;
    // SSL_get_peer_tmp_key() without the C cast of its macro.
    if (SSL_ctrl(ssl, SSL_CTRL_GET_PEER_TMP_KEY, 0, &taken) != 1) return {};
    const KeyHandle key(taken);
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), &size) == 1) {
        return {name.data(), size};
    }
    return "dh-" + std::to_string(EVP_PKEY_get_bits(key.get()));
}

/// The key exchange group by its name in TLS, as in "x25519"; empty for RSA key exchange.
std::string group_of(SSL* ssl) {
    const int group = static_cast<int>(SSL_get_negotiated_group(ssl));
    if (group == NID_undef) return finite_field_of(ssl);
    const char* const name = SSL_group_to_name(ssl, group);
    return name != nullptr ? name : "";
}

void Session::note_what_is_shown(SSL* ssl) {
    const ErrorQueueGuard guard;
    seen_.tls = policy::TlsFacts{SSL_get_version(ssl), SSL_get_cipher_name(ssl), group_of(ssl)};
    std::optional<PeerChain> chain = PeerChain::of(ssl);
    if (!chain) return;  // an anonymous suite, which the floors do not offer
    seen_.certificate = describe(chain->leaf());
    seen_.chain = describe_issuers(*chain);
    seen_.peer = std::make_shared<const PeerChain>(*std::move(chain));
}

}  // namespace

asio::awaitable<Observation> run_session(SessionPlan plan, TlsContext tls, Deadline deadline) {
    Session session(co_await asio::this_coro::executor, std::move(plan), std::move(tls));
    co_return co_await session.run(deadline);
}

}  // namespace smarttls::engine
