// SPDX-License-Identifier: Apache-2.0
//
// Transport: the bytes below an SMTP dialog, in clear (tcp_transport.h) or under TLS
// (tls/tls_transport.h). A dialog belongs to one transport, so that nothing which was buffered in
// clear can be read as if it had come under TLS (CVE-2011-0411).
//
// Ownership: outlives the coroutines that it started. Threads: one thread. Errors: IoStatus.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>

#include "policy/deadline.h"

namespace smarttls::engine {

enum class IoStatus {
    Ok,
    Closed,     // end of file or reset: the peer, or somebody between, hung up
    TimedOut,   // the deadline passed; the connection is closed
    TlsFailed,  // a TLS alert, or bytes that are no TLS as we demand it
};

/// What one read() takes at most.
inline constexpr std::size_t kReadSize = 4096;

class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// Appends 1 to kReadSize bytes to `received`, which lives until the coroutine is over. While
    /// it waits no buffer is held: thousands of silent servers cost little memory.
    virtual boost::asio::awaitable<IoStatus> read(std::string& received,
                                                  policy::Deadline deadline) = 0;
    virtual boost::asio::awaitable<IoStatus> write(std::string bytes,
                                                   policy::Deadline deadline) = 0;
};

}  // namespace smarttls::engine
