// SPDX-License-Identifier: Apache-2.0
//
// socket_bio: lets OpenSSL read and write an Asio socket directly, without a copy between them.
//
//     BioHandle bio = socket_bio(tcp.socket());
//     SSL_set_bio(ssl, bio.get(), bio.release());
//
// Never blocks: what cannot be done at once is to be repeated (SSL_ERROR_WANT_READ, _WRITE). Unlike
// OpenSSL's own socket BIO it never raises SIGPIPE, asks the socket for its descriptor each time
// (one that an alarm closed must not touch its successor), and leaves the end of the stream to the
// caller as SSL_ERROR_SYSCALL.
// Ownership: borrows the socket, which outlives the BIO. Threads: one thread. Errors: null when
// there is no memory.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "smarttls/tls/handles.h"

namespace smarttls::engine {

[[nodiscard]] BioHandle socket_bio(boost::asio::ip::tcp::socket& socket);

}  // namespace smarttls::engine
