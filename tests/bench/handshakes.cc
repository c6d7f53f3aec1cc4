// SPDX-License-Identifier: Apache-2.0
//
// handshakes COUNT ADDRESS: COUNT full TLS handshakes with ADDRESS, port 465, one after the other,
// each on a new connection: the least that finding out about a server's TLS can cost with OpenSSL.
// Nothing is verified but the handshake itself.
//
// Prints the CPU time of this process in microseconds per handshake. Exit status 1 when one fails.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

double cpu_microseconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

bool shake(SSL_CTX* tls, const sockaddr_in& address) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const void* generic = &address;
    bool shaken = ::connect(fd, static_cast<const sockaddr*>(generic), sizeof address) == 0;
    SSL* ssl = SSL_new(tls);
    SSL_set_fd(ssl, fd);
    shaken = shaken && SSL_connect(ssl) == 1 && SSL_session_reused(ssl) == 0;
    SSL_shutdown(ssl);
    SSL_free(ssl);
    ::close(fd);
    return shaken;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const int count = std::atoi(argv[1]);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(465);
    ::inet_pton(AF_INET, argv[2], &address.sin_addr);
    SSL_CTX* tls = SSL_CTX_new(TLS_client_method());
    for (int i = 0; i < 50; ++i) shake(tls, address);  // until caches are warm
    const double begin = cpu_microseconds();
    for (int i = 0; i < count; ++i) {
        if (!shake(tls, address)) return 1;
    }
    std::printf("%.1f\n", (cpu_microseconds() - begin) / count);
    SSL_CTX_free(tls);
    return 0;
}
