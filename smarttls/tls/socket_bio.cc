// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tls/socket_bio.h"

#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace smarttls::engine {
namespace {

using boost::asio::ip::tcp;

int descriptor_of(BIO* bio) {
    return static_cast<tcp::socket*>(BIO_get_data(bio))->native_handle();
}

bool is_to_be_repeated() {
    return errno == EAGAIN || errno == EINTR;
}

// BIO_set_retry_write() and its likes are macros over these flags.
int write_bytes(BIO* bio, const char* bytes, int size) noexcept {
    BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    const auto sent = ::send(descriptor_of(bio), bytes, static_cast<std::size_t>(size),
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && is_to_be_repeated()) {
        BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
    }
    return static_cast<int>(sent);
}

int read_bytes(BIO* bio, char* bytes, int size) noexcept {
    BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    const auto got =
        ::recv(descriptor_of(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (got < 0 && is_to_be_repeated()) {
        BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
    }
    return static_cast<int>(got);
}

/// Nothing is buffered here, so flushing succeeds; to every other question the answer is no.
long control(BIO*, int command, long, void*) noexcept {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

struct MethodFree {
    void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};
using MethodHandle = std::unique_ptr<BIO_METHOD, MethodFree>;

MethodHandle new_method() {
    MethodHandle method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "asio socket"));
    if (method) {
        BIO_meth_set_write(method.get(), write_bytes);
        BIO_meth_set_read(method.get(), read_bytes);
        BIO_meth_set_ctrl(method.get(), control);
    }
    return method;
}

}  // namespace

BioHandle socket_bio(tcp::socket& socket) {
    static const MethodHandle method = new_method();
    BioHandle bio(method ? BIO_new(method.get()) : nullptr);
    if (!bio) return bio;
    BIO_set_data(bio.get(), &socket);
    BIO_set_init(bio.get(), 1);
    return bio;
}

}  // namespace smarttls::engine
