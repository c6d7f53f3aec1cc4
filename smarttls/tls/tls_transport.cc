// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/tls_transport.h"

#include <array>
#include <new>

#include "smarttls/tls/socket_bio.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

SslHandle new_client(const TlsContext& tls, const policy::DomainName& server_name,
                     tcp::socket& socket) {
    SslHandle ssl(SSL_new(tls.get()));
    BioHandle bio = socket_bio(socket);
    std::string name = server_name.str();
    // SSL_set_tlsext_host_name() without the C cast of its macro.
    if (!ssl || !bio ||
        SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) !=
            1) {
        throw std::bad_alloc();  // memory is the only thing that these lack
    }
    BIO* const both = bio.release();
    SSL_set_bio(ssl.get(), both, both);  // the same for both: one reference (its manual page)
    return ssl;
}

int shake(SSL* ssl, std::string&) {
    return SSL_connect(ssl);
}

int read_some(SSL* ssl, std::string& received) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): to be overwritten
    std::array<char, kReadSize> bytes;  // on the stack: gone before anything waits
    const int size = SSL_read(ssl, bytes.data(), bytes.size());
    if (size > 0) received.append(bytes.data(), static_cast<std::size_t>(size));
    return size;
}

int write_all(SSL* ssl, std::string& bytes) {
    return SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()));
}

int say_goodbye(SSL* ssl, std::string&) {
    const int sent = SSL_shutdown(ssl);
    return sent == 0 ? SSL_shutdown(ssl) : sent;  // 0: ours is sent, theirs is to be read
}

}  // namespace

TlsTransport::TlsTransport(TcpTransport& tcp, const TlsContext& tls,
                           const policy::DomainName& server_name)
    : tcp_(tcp), ssl_(new_client(tls, server_name, tcp.socket())) {}

asio::awaitable<IoStatus> TlsTransport::handshake(policy::Deadline deadline) {
    std::string none;
    co_return co_await repeat(shake, none, deadline);
}

asio::awaitable<IoStatus> TlsTransport::read(std::string& received, policy::Deadline deadline) {
    return repeat(read_some, received, deadline);
}

asio::awaitable<IoStatus> TlsTransport::write(std::string bytes, policy::Deadline deadline) {
    co_return co_await repeat(write_all, bytes, deadline);
}

asio::awaitable<void> TlsTransport::close(policy::Deadline deadline) {
    std::string none;
    [[maybe_unused]] const IoStatus closed = co_await repeat(say_goodbye, none, deadline);
}

asio::awaitable<IoStatus> TlsTransport::repeat(Operation operation, std::string& bytes,
                                               policy::Deadline deadline) {
    tcp_.alarm().set(deadline);
    IoStatus status = IoStatus::Ok;
    for (;;) {
        ERR_clear_error();  // SSL_get_error() looks into the thread's queue
        const int error = SSL_get_error(ssl_.get(), operation(ssl_.get(), bytes));
        if (error == SSL_ERROR_NONE) break;
        const bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
        if (!waits) status = ended_by(error);
        if (!waits) break;
        status = co_await tcp_.wait(error == SSL_ERROR_WANT_READ ? tcp::socket::wait_read
                                                                 : tcp::socket::wait_write);
        if (status != IoStatus::Ok) break;
    }
    tcp_.alarm().clear();
    co_return status;
}

IoStatus TlsTransport::ended_by(int error) {
    const unsigned long reason = ERR_peek_error();
    ERR_clear_error();
    // The end of the stream without close_notify and a reset are SSL_ERROR_SYSCALL here
    // (socket_bio.h) and no word about TLS: whoever is between us can cause them.
    if (error != SSL_ERROR_SSL) return IoStatus::Closed;
    spoke_tls_ = ERR_GET_REASON(reason) != SSL_R_WRONG_VERSION_NUMBER;
    return IoStatus::TlsFailed;
}

}  // namespace smarttls::engine
