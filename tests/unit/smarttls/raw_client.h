// SPDX-License-Identifier: Apache-2.0
//
// RawClient: bytes to and from a UNIX socket, for clients that do not keep to the protocol.
//
// Threads: one thread.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <string>

#include "smarttls/unix_socket.h"

namespace smarttls::engine {

class RawClient {
  public:
    explicit RawClient(const std::string& path) : fd_(std::move(unix_stream_socket()).value()) {
        if (connect_to(fd_.get(), unix_address(path).value()) != 0) {
            throw std::runtime_error("connect");
        }
    }

    /// False when the other side has closed or does not read for ten seconds.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            if (!is_ready(POLLOUT)) return false;
            const ssize_t size =
                ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

    /// Exactly `size` bytes, or what came before the end.
    std::string receive(std::size_t size) {
        std::string bytes;
        std::array<char, 4096> chunk;
        while (bytes.size() < size && is_ready(POLLIN)) {
            const std::size_t wanted = std::min(chunk.size(), size - bytes.size());
            const ssize_t got = ::recv(fd_.get(), chunk.data(), wanted, 0);
            if (got <= 0) break;
            bytes.append(chunk.data(), static_cast<std::size_t>(got));
        }
        return bytes;
    }

    void close_sending_side() { ::shutdown(fd_.get(), SHUT_WR); }

    /// True when the other side closed and sent nothing before.
    bool is_closed() {
        char byte = 0;
        return is_ready(POLLIN) && ::recv(fd_.get(), &byte, 1, 0) <= 0;
    }

    /// Waits until the other side has closed, read or not.
    bool was_dropped() { return is_ready(0); }

  private:
    bool is_ready(short events) {
        pollfd poll{fd_.get(), events, 0};
        return ::poll(&poll, 1, 10000) == 1;
    }

    UniqueFd fd_;
};

}  // namespace smarttls::engine
