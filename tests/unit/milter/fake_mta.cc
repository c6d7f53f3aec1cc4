// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/milter/fake_mta.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace smarttls::milter::test {
namespace {

engine::UniqueFd listen_on_loopback() {
    engine::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.get(), 16) != 0) {
        throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    return fd;
}

}  // namespace

FakeMta::FakeMta(Reply reply)
    : reply_(std::move(reply)),
      listener_(listen_on_loopback()),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

FakeMta::~FakeMta() {
    const std::uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) != sizeof one) std::abort();
    thread_.join();
}

policy::Endpoint FakeMta::endpoint() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return {policy::IpAddress::parse("127.0.0.1").value(), ntohs(address.sin_port)};
}

std::string FakeMta::usual(const std::string& command) {
    if (command.empty()) return "220 gw.example ESMTP Postfix\r\n";
    if (command.starts_with("EHLO")) return "250-gw.example\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n";
    if (command == "DATA") return "354 End data with <CR><LF>.<CR><LF>\r\n";
    return command == "QUIT" ? "221 2.0.0 Bye\r\n" : "250 2.1.0 Ok\r\n";
}

bool FakeMta::wait_for(int fd) {
    std::array<pollfd, 2> entries{{{stop_.get(), POLLIN, 0}, {fd, POLLIN, 0}}};
    ::poll(entries.data(), entries.size(), -1);
    return entries[0].revents == 0;
}

void FakeMta::run() {
    while (wait_for(listener_.get())) {
        const engine::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client.is_open()) continue;
        connections_.with([](int& count) { ++count; });
        serve(client.get());
    }
}

void FakeMta::serve(int client) {
    std::string buffer;
    bool in_data = false;
    if (!send_reply(client, "")) return;
    while (wait_for(client)) {
        char chunk[1024];
        const ssize_t size = ::recv(client, chunk, sizeof chunk, 0);
        if (size <= 0) return;
        buffer.append(chunk, static_cast<std::size_t>(size));
        for (std::size_t end; (end = buffer.find("\r\n")) != std::string::npos;) {
            const std::string command = buffer.substr(0, end);
            buffer.erase(0, end + 2);
            if (in_data && command != ".") {
                messages_.with([&](auto& all) { all.back() += command + "\r\n"; });
                continue;
            }
            commands_.with([&](auto& all) { all.push_back(command); });
            in_data = command == "DATA" && reply_(command).starts_with('3');
            if (in_data) messages_.with([](auto& all) { all.emplace_back(); });
            if (!send_reply(client, command)) return;
        }
    }
}

bool FakeMta::send_reply(int client, const std::string& command) {
    const std::string reply = reply_(command);
    if (reply == kSilence) return true;
    if (reply.empty()) return false;
    return ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(reply.size());
}

}  // namespace smarttls::milter::test
