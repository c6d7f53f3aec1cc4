// SPDX-License-Identifier: Apache-2.0
#include "milter/canary_dialog.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "policy/text.h"

namespace smarttls::milter {
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

CanaryDialog::~CanaryDialog() {
    if (socket_ >= 0) close(socket_);
}

CanaryDialog::CanaryDialog(CanaryDialog&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      buffer_(std::move(other.buffer_)),
      server_name_(std::move(other.server_name_)) {}

Result<CanaryDialog> CanaryDialog::open(const policy::Endpoint& endpoint, Deadline deadline) {
    sockaddr_storage storage{};
    const socklen_t size = fill(storage, endpoint);
    CanaryDialog dialog(socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (dialog.socket_ < 0) return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
    const int begun = connect(dialog.socket_, reinterpret_cast<const sockaddr*>(&storage), size);
    if (begun != 0 && errno != EINPROGRESS) {
        return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
    }
    if (auto ready = wait_for(dialog.socket_, POLLOUT, deadline); !ready) {
        return tl::unexpected(ready.error());
    }
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(dialog.socket_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return policy::fail(ErrorKind::Temporary, std::generic_category().message(error), error);
    if (auto greeted = dialog.greet(deadline); !greeted) return tl::unexpected(greeted.error());
    return dialog;
}

Result<void> CanaryDialog::greet(Deadline deadline) {
    auto banner = read_reply(deadline);
    if (!banner) return because(banner, "greeting");
    const auto words = policy::split(*banner, ' ');
    if (words.size() > 1) {
        if (auto name = policy::DomainName::parse(words[1])) server_name_ = name->str();
    }
    // An address literal: a name of ours might be refused by smtpd_helo_restrictions.
    if (auto helo = command("EHLO [127.0.0.1]", deadline); !helo) return because(helo, "EHLO");
    return policy::ok();
}

Result<void> CanaryDialog::transaction(const std::string& sender, const std::string& recipient,
                                       Deadline deadline) {
    if (auto mail = command("MAIL FROM:<" + sender + ">", deadline); !mail) {
        return because(mail, "MAIL FROM");
    }
    auto rcpt = command("RCPT TO:<" + recipient + ">", deadline);
    if (auto reset = command("RSET", deadline); !reset) return because(reset, "RSET");
    if (!rcpt) return because(rcpt, "RCPT TO:<" + recipient + "> (canary-recipient)");
    return policy::ok();
}

void CanaryDialog::quit(Deadline deadline) {
    // The proof is complete; how the MTA says goodbye changes nothing.
    [[maybe_unused]] const auto goodbye = command("QUIT", deadline);
}

/// The first line of a 2xx reply; other replies are errors.
Result<std::string> CanaryDialog::command(const std::string& line, Deadline deadline) {
    const std::string text = line + "\r\n";
    for (std::size_t sent = 0; sent < text.size();) {
        if (auto ready = wait_for(socket_, POLLOUT, deadline); !ready) {
            return tl::unexpected(ready.error());
        }
        const ssize_t count =
            send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
        }
        if (count > 0) sent += static_cast<std::size_t>(count);
    }
    return read_reply(deadline);
}

Result<std::string> CanaryDialog::read_reply(Deadline deadline) {
    std::string first;
    std::size_t total = 0;
    for (;;) {
        auto line = read_line(deadline);
        if (!line) return line;
        total += line->size();
        if (first.empty()) first = *line;
        if (line->size() < 3 || total > kLongestReply) {
            return policy::fail(ErrorKind::Temporary, "the answer is no SMTP reply");
        }
        if (line->size() > 3 && (*line)[3] == '-') continue;
        if (first.front() == '2') return first;
        const ErrorKind kind =
            first.front() == '5' ? ErrorKind::Misconfigured : ErrorKind::Temporary;
        return policy::fail(kind, "was answered with " + policy::quote(first));
    }
}

Result<std::string> CanaryDialog::read_line(Deadline deadline) {
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

}  // namespace smarttls::milter
