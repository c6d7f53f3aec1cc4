// SPDX-License-Identifier: Apache-2.0
#include "smarttls/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>

#include "policy/next_hop.h"
#include "policy/text.h"
#include "smarttls/unix_socket.h"
#include "smarttls/verdict_json.h"

namespace smarttls::engine {

using policy::Deadline;
using policy::Error;
using policy::ErrorKind;
using policy::Result;

namespace {

constexpr std::size_t kChunk = 16384;

auto closed() {
    return policy::fail(ErrorKind::Temporary, "smarttlsd closed the connection");
}

bool is_try_again(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// connect(2) waits while the backlog is full, for as long as SO_SNDTIMEO says (unix(7) has no
/// EINPROGRESS).
int connect_until(int fd, const sockaddr_un& address, Deadline deadline) {
    for (;;) {
        const auto left = deadline.left(Deadline::Clock::now());
        if (left.count() == 0) return ETIMEDOUT;
        timeval wait{};
        wait.tv_sec = left.count() / 1000;
        wait.tv_usec = left.count() % 1000 * 1000;
        if (::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0) return errno;
        const int error = connect_to(fd, address);
        if (error != EINTR) return error == EAGAIN ? ETIMEDOUT : error;
    }
}

/// What stands behind the status word, or the error that the word means.
Result<std::optional<std::string>> read_status(const std::string& reply) {
    const std::size_t blank = reply.find(' ');
    const std::string status = reply.substr(0, blank);
    const std::string text = blank == std::string::npos ? "" : reply.substr(blank + 1);
    if (status == "OK") return std::optional(text);
    if (status == "NOTFOUND") return std::optional<std::string>();
    if (status == "TEMP" || status == "TIMEOUT") return policy::fail(ErrorKind::Temporary, text);
    if (status == "PERM") return policy::fail(ErrorKind::Permanent, text);
    return policy::fail(ErrorKind::Malformed,
                        "smarttlsd answered " + policy::quote(reply) + ", which has no status");
}

bool is_about(const policy::Verdict& verdict, const std::string& key) {
    const auto next_hop = policy::NextHop::parse(key);
    return next_hop && next_hop->str() == verdict.domain;
}

}  // namespace

Result<EngineConnection> EngineConnection::open(const std::string& socket_path, Deadline deadline) {
    const auto address = unix_address(socket_path);
    if (!address) return tl::unexpected(address.error());
    auto fd = unix_stream_socket();
    if (!fd) return tl::unexpected(fd.error());
    if (const int error = connect_until(fd->get(), *address, deadline); error != 0) {
        return socket_error(ErrorKind::Temporary, "smarttlsd does not answer on " + socket_path,
                            error);
    }
    return EngineConnection(*std::move(fd));
}

Result<void> EngineConnection::ask(std::string_view map, std::string_view key) {
    if (broken_) return tl::unexpected(*broken_);
    const std::string request = std::string(map) + " " + std::string(key);
    if (request.size() > kLongestRequest) {
        return policy::fail(ErrorKind::Permanent, "the question for smarttlsd is too long");
    }
    if (keys_.size() >= kMostQuestions) {
        return policy::fail(ErrorKind::Temporary, "smarttlsd has too many questions to answer");
    }
    unsent_ += encode_netstring(request);
    keys_.emplace_back(key);
    if (auto sent = send_some(); !sent) return give_up(sent.error());
    return policy::ok();
}

Result<std::optional<std::string>> EngineConnection::read_answer(Deadline deadline) {
    auto reply = next_reply(deadline);
    if (!reply) return tl::unexpected(reply.error());
    keys_.pop_front();
    auto answer = read_status(*reply);
    if (!answer && answer.error().kind == ErrorKind::Malformed) return give_up(answer.error());
    return answer;
}

Result<policy::Verdict> EngineConnection::read_verdict(Deadline deadline) {
    const std::string key = keys_.empty() ? "" : keys_.front();
    auto answer = read_answer(deadline);
    if (!answer) return tl::unexpected(answer.error());
    if (!*answer) {
        return policy::fail(ErrorKind::Permanent, policy::quote(key) + " is no mail domain");
    }
    auto verdict = parse_verdict(**answer);
    if (!verdict) return give_up(verdict.error());
    if (!is_about(*verdict, key)) {
        return give_up({ErrorKind::Malformed,
                        "smarttlsd was asked about " + policy::quote(key) + " and answered about " +
                            policy::quote(verdict->domain),
                        0});
    }
    return verdict;
}

Result<std::string> EngineConnection::next_reply(Deadline deadline) {
    if (broken_) return tl::unexpected(*broken_);
    if (keys_.empty()) return policy::fail(ErrorKind::Bug, "nothing was asked from smarttlsd");
    auto reply = read_reply(deadline);
    if (!reply) return give_up(reply.error());
    return reply;
}

Result<std::string> EngineConnection::read_reply(Deadline deadline) {
    for (;;) {
        auto reply = reader_.next();
        if (!reply) return because(reply, "smarttlsd does not speak the socketmap protocol");
        if (*reply) return **std::move(reply);
        if (auto ready = wait_for_engine(deadline); !ready) return tl::unexpected(ready.error());
        if (auto received = receive_some(); !received) return tl::unexpected(received.error());
        if (auto sent = send_some(); !sent) return tl::unexpected(sent.error());
    }
}

/// Until there is something to read, or room for what is unsent.
Result<void> EngineConnection::wait_for_engine(Deadline deadline) {
    for (;;) {
        const auto left = deadline.left(Deadline::Clock::now());
        pollfd engine{fd_.get(), POLLIN, 0};
        if (!unsent_.empty()) engine.events |= POLLOUT;
        const int ready = ::poll(&engine, 1, static_cast<int>(left.count()));
        if (ready > 0) return policy::ok();
        if (ready < 0 && errno != EINTR) {
            return socket_error(ErrorKind::Temporary, "poll(2)", errno);
        }
        if (deadline.passed(Deadline::Clock::now())) {
            return policy::fail(ErrorKind::Temporary, "smarttlsd did not answer in time");
        }
    }
}

Result<void> EngineConnection::send_some() {
    while (!unsent_.empty()) {
        const ssize_t size =
            ::send(fd_.get(), unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0 && is_try_again(errno)) return policy::ok();
        if (size < 0) return closed();
        unsent_.erase(0, static_cast<std::size_t>(size));
    }
    return policy::ok();
}

Result<void> EngineConnection::receive_some() {
    std::array<char, kChunk> chunk{};
    const ssize_t size = ::recv(fd_.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (size < 0 && is_try_again(errno)) return policy::ok();
    if (size <= 0) return closed();
    reader_.append({chunk.data(), static_cast<std::size_t>(size)});
    return policy::ok();
}

tl::unexpected<Error> EngineConnection::give_up(Error error) {
    broken_ = error;
    fd_.reset();
    unsent_.clear();
    return tl::unexpected(std::move(error));
}

}  // namespace smarttls::engine
