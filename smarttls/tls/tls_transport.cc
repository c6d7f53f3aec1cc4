// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/tls_transport.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <new>

#include "smarttls/tls/handles.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);  // errors as values

/// The stream takes the SSL over (ssl/detail/impl/engine.ipp frees it).
SSL* new_client(const TlsContext& tls, const policy::DomainName& server_name) {
    SslHandle ssl(SSL_new(tls.get()));
    std::string name = server_name.str();
    // SSL_set_tlsext_host_name() without the C cast of its macro.
    if (!ssl || SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                         name.data()) != 1) {
        throw std::bad_alloc();  // memory is the only thing that these two lack
    }
    return ssl.release();
}

}  // namespace

TlsTransport::TlsTransport(TcpTransport& tcp, const TlsContext& tls,
                           const policy::DomainName& server_name)
    : tcp_(tcp), stream_(tcp.socket(), new_client(tls, server_name)) {}

asio::awaitable<IoStatus> TlsTransport::handshake(policy::Deadline deadline) {
    tcp_.alarm().set(deadline);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kTuple);
    tcp_.alarm().clear();
    spoke_tls_ =
        ERR_GET_REASON(static_cast<unsigned long>(error.value())) != SSL_R_WRONG_VERSION_NUMBER;
    co_return status_of(error);
}

asio::awaitable<Received> TlsTransport::read(std::span<char> buffer, policy::Deadline deadline) {
    tcp_.alarm().set(deadline);
    const auto [error, size] =
        co_await stream_.async_read_some(asio::buffer(buffer.data(), buffer.size()), kTuple);
    tcp_.alarm().clear();
    Received received;
    received.status = status_of(error);
    received.bytes = size;
    co_return received;
}

asio::awaitable<IoStatus> TlsTransport::write(std::string bytes, policy::Deadline deadline) {
    tcp_.alarm().set(deadline);
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(bytes), kTuple);
    tcp_.alarm().clear();
    co_return status_of(error);
}

asio::awaitable<void> TlsTransport::close(policy::Deadline deadline) {
    tcp_.alarm().set(deadline);
    [[maybe_unused]] const auto [error] = co_await stream_.async_shutdown(kTuple);
    tcp_.alarm().clear();
}

IoStatus TlsTransport::status_of(const error_code& error) const {
    if (!error) return IoStatus::Ok;
    if (tcp_.alarm().rang() || error == asio::error::timed_out) return IoStatus::TimedOut;
    // Errors of the TLS library itself. A missing close_notify is in another category
    // (stream_errors) and, like a reset, no word about TLS: whoever is between us can cause it.
    if (error.category() == asio::error::get_ssl_category()) return IoStatus::TlsFailed;
    return IoStatus::Closed;
}

}  // namespace smarttls::engine
