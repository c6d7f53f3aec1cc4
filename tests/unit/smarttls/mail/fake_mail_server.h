// SPDX-License-Identifier: Apache-2.0
//
// FakeMailServer: a mail server on a loopback address, one thread, one connection after the other;
// what it says is a script, and what it hears is kept.
//
//     FakeMailServer server([&](MailPeer& peer) { peer.send("220 mx\r\n"); peer.line(); });
//     connect to server.address():server.port() ...
//     EXPECT_EQ(server.heard(), ...);       // after the session
//
// Ownership: joins its thread when destroyed; a script ends when the client hangs up (or after 5
// s).
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "policy/guarded.h"
#include "tests/unit/smarttls/mail/certificates.h"

namespace smarttls::engine {

/// The client, as the script sees it.
class MailPeer {
  public:
    MailPeer(int socket, policy::Guarded<std::vector<std::string>>& heard);
    MailPeer(const MailPeer&) = delete;
    MailPeer& operator=(const MailPeer&) = delete;
    ~MailPeer();

    /// False when the client is gone.
    bool send(std::string_view text);
    /// The next line without CRLF; empty when the client is gone. Noted as "tls:..." under TLS.
    std::string line();
    /// Server's side of a handshake; notes "sni:<name>". False when it fails.
    bool accept_tls(SSL_CTX* context);
    /// Hangs up with RST.
    void reset();
    /// Waits until the client has gone.
    void wait_for_end();

  private:
    int read_byte(char& byte);
    int socket_;
    SslHandle ssl_;
    policy::Guarded<std::vector<std::string>>& heard_;
};

class FakeMailServer {
  public:
    using Script = std::function<void(MailPeer&)>;

    /// `port` 0: a free one.
    explicit FakeMailServer(Script script, const char* address = "127.0.0.1",
                            std::uint16_t port = 0);
    FakeMailServer(const FakeMailServer&) = delete;
    FakeMailServer& operator=(const FakeMailServer&) = delete;
    ~FakeMailServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::vector<std::string> heard() const { return heard_.copy(); }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void serve();
    Script script_;
    policy::Guarded<std::vector<std::string>> heard_;
    std::atomic<int> connections_ = 0;
    int listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

/// Serves this chain; the first identity is the server's own.
[[nodiscard]] SslCtxHandle server_context(const std::vector<const Identity*>& chain);

/// A server as it should be: STARTTLS, then EHLO and QUIT under TLS.
[[nodiscard]] FakeMailServer::Script good_server(SSL_CTX* context);

/// Speaks ESMTP and offers no STARTTLS.
[[nodiscard]] FakeMailServer::Script plain_server();

}  // namespace smarttls::engine
