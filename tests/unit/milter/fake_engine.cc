// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/milter/fake_engine.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <stdexcept>

#include "smarttls/verdict_json.h"

namespace smarttls::milter::test {
namespace {

engine::UniqueFd listen_on(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long");
    std::memcpy(address.sun_path, path.c_str(), path.size());
    ::unlink(path.c_str());
    engine::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd.get(), 64) != 0) {
        throw std::runtime_error("cannot listen on " + path);
    }
    return fd;
}

}  // namespace

FakeEngine::FakeEngine(const std::string& path, Answer answer)
    : answer_(std::move(answer)),
      listener_(listen_on(path)),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

FakeEngine::~FakeEngine() {
    const std::uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) != sizeof one) std::abort();
    thread_.join();
}

void FakeEngine::run() {
    for (;;) {
        std::vector<pollfd> entries{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
        for (const Client& client : clients_) {
            const bool unsent = !client.unsent.empty();
            entries.push_back({client.fd.get(), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), 0});
        }
        ::poll(entries.data(), entries.size(), -1);
        if (entries[0].revents != 0) return;
        std::size_t index = 2;
        for (auto client = clients_.begin(); client != clients_.end();) {
            const short events = entries[index++].revents;
            client = events != 0 && !serve(*client, events) ? clients_.erase(client) : std::next(client);
        }
        if (entries[1].revents != 0) accept_client();
    }
}

void FakeEngine::accept_client() {
    engine::UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.is_open()) return;
    connections_.with([](int& count) { ++count; });
    clients_.emplace_back().fd = std::move(fd);
}

bool FakeEngine::serve(Client& client, short events) {
    if ((events & POLLIN) != 0) {
        char chunk[4096];
        const ssize_t size = ::recv(client.fd.get(), chunk, sizeof chunk, 0);
        if (size <= 0) return false;
        client.reader.append({chunk, static_cast<std::size_t>(size)});
        if (!answer(client)) return false;
    }
    const ssize_t sent = ::send(client.fd.get(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
    if (sent > 0) client.unsent.erase(0, static_cast<std::size_t>(sent));
    return (events & (POLLHUP | POLLERR)) == 0;
}

bool FakeEngine::answer(Client& client) {
    for (;;) {
        const auto question = client.reader.next();
        if (!question) return false;
        if (!*question) return true;
        questions_.with([&](auto& all) { all.push_back(**question); });
        const auto reply = answer_(**question);
        if (!reply) return false;
        if (*reply != kSilence) client.unsent += engine::encode_netstring(*reply);
    }
}

FakeEngine::Answer verdicts(std::vector<std::pair<std::string, policy::Level>> levels) {
    return [levels = std::move(levels)](const std::string& question) -> std::optional<std::string> {
        for (const auto& [domain, level] : levels) {
            if (question != "verdict " + domain) continue;
            policy::Verdict verdict;
            verdict.domain = domain;
            verdict.level = level;
            policy::HostVerdict host;
            host.name = "mx." + domain;
            host.level = level;
            if (level == policy::Level::Plaintext) {
                host.reasons = {policy::Reason::StarttlsNotSupported};
            }
            if (level >= policy::Level::Encrypted) {
                host.grade = verdict.grade = policy::Grade::Sufficient;
            }
            verdict.hosts.push_back(std::move(host));
            return "OK " + engine::to_json(verdict);
        }
        return "TEMP no such domain in this test: " + question;
    };
}

}  // namespace smarttls::milter::test
