// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/smarttls/mail/fake_mail_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace smarttls::engine {
namespace {

constexpr timeval kPatience{5, 0};

}  // namespace

MailPeer::MailPeer(int socket, policy::Guarded<std::vector<std::string>>& heard)
    : socket_(socket), heard_(heard) {
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
}

MailPeer::~MailPeer() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ssl_.reset();
    close(socket_);
}

bool MailPeer::send(std::string_view text) {
    if (ssl_) return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0;
    return ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) > 0;
}

int MailPeer::read_byte(char& byte) {
    return ssl_ ? SSL_read(ssl_.get(), &byte, 1) : static_cast<int>(::recv(socket_, &byte, 1, 0));
}

std::string MailPeer::line() {
    std::string text;
    char byte = 0;
    while (read_byte(byte) == 1) {
        if (byte == '\n') break;
        if (byte != '\r') text += byte;
    }
    if (!text.empty()) {
        heard_.with([&](auto& all) { all.push_back((ssl_ ? "tls:" : "") + text); });
    }
    return text;
}

bool MailPeer::accept_tls(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    SSL_set_fd(ssl_.get(), socket_);
    if (SSL_accept(ssl_.get()) != 1) return false;
    const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    heard_.with([&](auto& all) { all.push_back(std::string("sni:") + (name ? name : "")); });
    return true;
}

void MailPeer::reset() {
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void MailPeer::wait_for_end() {
    char byte = 0;
    while (::recv(socket_, &byte, 1, 0) == 1) {
    }
}

FakeMailServer::FakeMailServer(Script script, const char* address, std::uint16_t port)
    : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to clients that are gone
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    inet_pton(AF_INET, address, &where.sin_addr);
    socklen_t size = sizeof where;
    auto* const name = reinterpret_cast<sockaddr*>(&where);
    if (bind(listener_, name, size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, name, &size) != 0) {
        throw std::runtime_error("the fake mail server cannot listen");
    }
    port_ = ntohs(where.sin_port);
    thread_ = std::thread([this] { serve(); });
}

FakeMailServer::~FakeMailServer() {
    shutdown(listener_, SHUT_RDWR);  // accept() returns
    thread_.join();
    close(listener_);
}

void FakeMailServer::serve() {
    for (;;) {
        const int client = accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        ++connections_;
        MailPeer peer(client, heard_);
        script_(peer);
    }
}

SslCtxHandle server_context(const std::vector<const Identity*>& chain) {
    SslCtxHandle context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_use_certificate(context.get(), chain.front()->certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), chain.front()->key.get());
    for (std::size_t i = 1; i < chain.size(); ++i) {
        X509_up_ref(chain[i]->certificate.get());
        SSL_CTX_ctrl(context.get(), SSL_CTRL_CHAIN_CERT, 0, chain[i]->certificate.get());
    }
    return context;
}

FakeMailServer::Script good_server(SSL_CTX* context) {
    return [context](MailPeer& peer) {
        peer.send("220 mx.example ESMTP\r\n");
        peer.line();
        peer.send("250-mx.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n");
        peer.line();
        peer.send("220 2.0.0 go\r\n");
        if (!peer.accept_tls(context)) return;
        peer.line();
        peer.send("250-mx.example\r\n250 SIZE 1000\r\n");
        peer.line();
        peer.send("221 2.0.0 bye\r\n");
        peer.line();
    };
}

FakeMailServer::Script plain_server() {
    return [](MailPeer& peer) {
        peer.send("220 mx.example ESMTP\r\n");
        peer.line();
        peer.send("250-mx.example\r\n250 SIZE 1000\r\n");
        peer.line();
        peer.send("221 2.0.0 bye\r\n");
    };
}

}  // namespace smarttls::engine
