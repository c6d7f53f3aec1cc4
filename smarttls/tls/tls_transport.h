// SPDX-License-Identifier: Apache-2.0
//
// TlsTransport: TLS on an open TCP connection, as client. The same socket, deadlines and statuses
// as in clear (tcp_transport.h); what went wrong inside TLS is IoStatus::TlsFailed.
//
//     TlsTransport encrypted(tcp, tls, server_name);
//     const IoStatus shaken = co_await encrypted.handshake(deadline);
//
// OpenSSL reads and writes the socket itself (socket_bio.h) and frees its record buffers whenever
// it waits: boost::asio::ssl::stream would hold 68 KiB for each server that stalls.
// Ownership: owns the SSL, borrows the TcpTransport. Threads: one thread. Errors: IoStatus.
// To be included below smarttls/tls/ only: it shows OpenSSL.
#pragma once

#include "policy/domain_name.h"
#include "smarttls/smtp/tcp_transport.h"
#include "smarttls/tls/context.h"
#include "smarttls/tls/handles.h"

namespace smarttls::engine {

class TlsTransport final : public Transport {
  public:
    /// `server_name` is sent as SNI (RFC 6066 §3; RFC 7672 §8.1).
    TlsTransport(TcpTransport& tcp, const TlsContext& tls, const policy::DomainName& server_name);

    boost::asio::awaitable<IoStatus> handshake(policy::Deadline deadline);
    boost::asio::awaitable<IoStatus> read(std::string& received,
                                          policy::Deadline deadline) override;
    boost::asio::awaitable<IoStatus> write(std::string bytes, policy::Deadline deadline) override;
    /// close_notify, to and fro.
    boost::asio::awaitable<void> close(policy::Deadline deadline);

    /// After TlsFailed: false when what came was no TLS at all.
    [[nodiscard]] bool spoke_tls() const { return spoke_tls_; }

    /// Borrowed.
    [[nodiscard]] SSL* ssl() { return ssl_.get(); }

  private:
    /// A function of OpenSSL that may have to be called again when the socket is ready.
    using Operation = int (*)(SSL* ssl, std::string& bytes);

    boost::asio::awaitable<IoStatus> repeat(Operation operation, std::string& bytes,
                                            policy::Deadline deadline);
    /// Where `error` of SSL_get_error(3) says that nothing is left to wait for.
    [[nodiscard]] IoStatus ended_by(int error);

    TcpTransport& tcp_;
    SslHandle ssl_;
    bool spoke_tls_ = true;
};

}  // namespace smarttls::engine
