// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mta/smtp_connection.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <system_error>

#include "policy/text.h"

namespace smarttls::mta {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Result;

constexpr std::size_t kLongestReply = 16384;

Result<void> wait_for(int socket, short events, Deadline deadline) {
    for (;;) {
        pollfd entry{socket, events, 0};
        const auto left = deadline.left(Deadline::Clock::now());
        const int ready = poll(&entry, 1, static_cast<int>(left.count()));
        if (ready > 0) return policy::ok();
        if (ready == 0) return policy::fail(ErrorKind::Temporary, "no answer in time");
        if (errno != EINTR) {
            return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
        }
    }
}

socklen_t fill(sockaddr_storage& storage, const policy::Endpoint& endpoint) {
    const auto bytes = endpoint.address.bytes();
    if (endpoint.address.is_v4()) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
        std::memcpy(&storage, &address, sizeof address);
        return sizeof address;
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, bytes.data(), bytes.size());
    std::memcpy(&storage, &address, sizeof address);
    return sizeof address;
}

}  // namespace

SmtpConnection::~SmtpConnection() {
    if (socket_ >= 0) close(socket_);
}

SmtpConnection::SmtpConnection(SmtpConnection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

Result<SmtpConnection> SmtpConnection::open(const policy::Endpoint& endpoint, Deadline deadline) {
    sockaddr_storage storage{};
    const socklen_t size = fill(storage, endpoint);
    SmtpConnection smtp(socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (smtp.socket_ < 0) return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
    const int begun = connect(smtp.socket_, reinterpret_cast<const sockaddr*>(&storage), size);
    if (begun != 0 && errno != EINPROGRESS) {
        return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
    }
    if (auto ready = wait_for(smtp.socket_, POLLOUT, deadline); !ready) {
        return tl::unexpected(ready.error());
    }
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(smtp.socket_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return policy::fail(ErrorKind::Temporary, std::generic_category().message(error), error);
    return smtp;
}

Result<void> SmtpConnection::write(std::string_view text, Deadline deadline) {
    while (!text.empty()) {
        if (auto ready = wait_for(socket_, POLLOUT, deadline); !ready) return ready;
        const ssize_t count = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
        }
        if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
    return policy::ok();
}

Result<SmtpReply> SmtpConnection::command(std::string_view line, Deadline deadline) {
    auto written = write(std::string(line) + "\r\n", deadline);
    if (!written) return tl::unexpected(written.error());
    return read_reply(deadline);
}

Result<SmtpReply> SmtpConnection::read_reply(Deadline deadline) {
    SmtpReply reply;
    std::size_t total = 0;
    for (;;) {
        auto line = read_line(deadline);
        if (!line) return tl::unexpected(line.error());
        total += line->size();
        if (reply.first.empty()) reply.first = *line;
        if (line->size() < 3 || total > kLongestReply) {
            return policy::fail(ErrorKind::Temporary, "the answer is no SMTP reply");
        }
        reply.last = *std::move(line);
        if (reply.last.size() <= 3 || reply.last[3] != '-') return reply;
    }
}

Result<std::string> SmtpConnection::read_line(Deadline deadline) {
    for (;;) {
        const std::size_t end = buffer_.find('\n');
        if (end != std::string::npos) {
            std::string line(policy::trim(std::string_view(buffer_).substr(0, end)));
            buffer_.erase(0, end + 1);
            return line;
        }
        if (buffer_.size() > kLongestReply) {
            return policy::fail(ErrorKind::Temporary, "the answer is no SMTP reply");
        }
        if (auto ready = wait_for(socket_, POLLIN, deadline); !ready) {
            return tl::unexpected(ready.error());
        }
        std::array<char, 2048> chunk{};
        const ssize_t count = recv(socket_, chunk.data(), chunk.size(), 0);
        if (count == 0) return policy::fail(ErrorKind::Temporary, "the connection was closed");
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
        }
        if (count > 0) buffer_.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace smarttls::mta
