// SPDX-License-Identifier: Apache-2.0
//
// sink CHAIN KEY PROCESSES [HEALTHY]: mail servers at each loopback address, for measuring who
// talks to them. Mail is taken and forgotten.
//
// Port 25 speaks SMTP with STARTTLS, port 465 TLS from the start; each session is a whole one
// (tickets are issued and nobody comes back with them). With HEALTHY, the beginning of addresses
// ("127.25.1."), those are so and all others are tarpits: port 25 says one byte per second there
// and never ends a line. PROCESSES share the ports (SO_REUSEPORT). Prints "ready" when it listens;
// runs until SIGTERM, which goes to all (prctl).
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace {

constexpr std::uint16_t kSmtp = 25, kSmtps = 465;

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

struct Session {
    int fd = -1;
    std::unique_ptr<SSL, FreeSsl> ssl = nullptr;
    bool shaken = false;
    bool over = false;
    bool tarpit = false;
    bool content = false;  // between DATA and the final dot
    std::string line;
};

[[noreturn]] void stop(const char* what) {
    std::perror(what);
    ERR_print_errors_fp(stderr);
    std::exit(1);
}

int listen_at(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    const void* generic = &address;
    if (::bind(fd, static_cast<const sockaddr*>(generic), sizeof address) != 0) stop("bind");
    if (::listen(fd, 4096) != 0) stop("listen");
    return fd;
}

class Sink {
  public:
    Sink(SSL_CTX* tls, std::string healthy)
        : tls_(tls), healthy_(std::move(healthy)), epoll_(::epoll_create1(0)) {
        for (const std::uint16_t port : {kSmtp, kSmtps}) {
            const int fd = listen_at(port);
            ports_[fd] = port;
            watch(fd);
        }
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> events;
        for (;;) {
            const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                           healthy_.empty() ? -1 : 1000);
            for (int i = 0; i < count; ++i) {
                const int fd = events[static_cast<std::size_t>(i)].data.fd;
                const auto port = ports_.find(fd);
                port != ports_.end() ? accept_all(fd, port->second) : advance(fd);
            }
            if (!healthy_.empty()) drip();
        }
    }

  private:
    void watch(int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    void accept_all(int listener, std::uint16_t port) {
        for (int fd; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            Session& session = sessions_[fd];
            session.fd = fd;
            session.tarpit = port == kSmtp && !is_healthy(fd);
            watch(fd);
            if (port == kSmtps) {
                begin_tls(session);
            } else if (!session.tarpit) {
                say(session, "220 mx.bench ESMTP\r\n");
            }
        }
    }

    /// By the address that the client chose.
    [[nodiscard]] bool is_healthy(int fd) const {
        sockaddr_in own{};
        socklen_t size = sizeof own;
        void* generic = &own;
        ::getsockname(fd, static_cast<sockaddr*>(generic), &size);
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &own.sin_addr, text.data(), text.size());
        return std::string_view(text.data()).starts_with(healthy_);
    }

    void begin_tls(Session& session) {
        session.ssl.reset(SSL_new(tls_));
        SSL_set_fd(session.ssl.get(), session.fd);
        SSL_set_accept_state(session.ssl.get());
    }

    void say(Session& session, std::string_view text) {
        const int size = static_cast<int>(text.size());
        const bool sent = session.ssl
                              ? SSL_write(session.ssl.get(), text.data(), size) == size
                              : ::send(session.fd, text.data(), text.size(), MSG_NOSIGNAL) == size;
        if (!sent) session.over = true;
    }

    void advance(int fd) {
        Session& session = sessions_[fd];
        if (session.ssl && !session.shaken) shake(session);
        std::array<char, 2048> chunk;
        while (!session.over && (!session.ssl || session.shaken)) {
            const int size = read(session, chunk.data(), chunk.size());
            if (size <= 0) break;
            session.line.append(chunk.data(), static_cast<std::size_t>(size));
            hear(session);
        }
        if (session.over) {
            ::close(fd);
            sessions_.erase(fd);
        }
        ERR_clear_error();
    }

    void shake(Session& session) {
        const int result = SSL_do_handshake(session.ssl.get());
        session.shaken = result == 1;
        if (result == 1) return;
        const int why = SSL_get_error(session.ssl.get(), result);
        session.over = why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE;
    }

    int read(Session& session, char* to, std::size_t most) {
        if (!session.ssl) {
            const ssize_t size = ::recv(session.fd, to, most, 0);
            if (size == 0 || (size < 0 && errno != EAGAIN)) session.over = true;
            return static_cast<int>(size);
        }
        const int size = SSL_read(session.ssl.get(), to, static_cast<int>(most));
        if (size <= 0 && SSL_get_error(session.ssl.get(), size) != SSL_ERROR_WANT_READ)
            session.over = true;
        return size;
    }

    void hear(Session& session) {
        for (std::size_t end;
             !session.over && (end = session.line.find('\n')) != std::string::npos;) {
            const std::string verb = session.line.substr(0, 4);
            const bool is_dot = verb.starts_with(".\r\n");
            session.line.erase(0, end + 1);
            if (session.content) {
                session.content = !is_dot;
                if (is_dot) say(session, "250 2.0.0 Ok\r\n");
            } else if (verb == "MAIL" || verb == "RCPT" || verb == "RSET") {
                say(session, "250 2.1.0 Ok\r\n");
            } else if (verb == "DATA") {
                session.content = true;
                say(session, "354 Go on\r\n");
            } else if (verb == "EHLO") {
                say(session, session.ssl ? "250-mx.bench\r\n250 SIZE\r\n"
                                         : "250-mx.bench\r\n250-SIZE\r\n250 STARTTLS\r\n");
            } else if (verb == "STAR") {
                say(session, "220 2.0.0 Ready\r\n");
                begin_tls(session);
                return;
            } else if (verb == "QUIT") {
                say(session, "221 2.0.0 Bye\r\n");
            } else {
                say(session, "502 5.5.1 No\r\n");
            }
        }
    }

    void drip() {
        const time_t now = ::time(nullptr);
        if (now == dripped_) return;
        dripped_ = now;
        for (auto& [fd, session] : sessions_) {
            if (session.tarpit) ::send(fd, "2", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }

    SSL_CTX* tls_;
    std::string healthy_;  // empty: all are
    int epoll_;
    time_t dripped_ = 0;
    std::unordered_map<int, std::uint16_t> ports_;
    std::unordered_map<int, Session> sessions_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    ::signal(SIGPIPE, SIG_IGN);
    SSL_CTX* tls = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(tls, argv[1]) != 1) stop(argv[1]);
    if (SSL_CTX_use_PrivateKey_file(tls, argv[2], SSL_FILETYPE_PEM) != 1) stop(argv[2]);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    const std::string healthy = argc > 4 ? argv[4] : "";
    const int others = std::atoi(argv[3]) - 1;
    for (int i = 0; i < others; ++i) {
        if (::fork() != 0) continue;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        Sink(tls, healthy).run();
    }
    Sink sink(tls, healthy);
    std::puts("ready");
    std::fflush(stdout);
    sink.run();
}
