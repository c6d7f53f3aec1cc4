// SPDX-License-Identifier: Apache-2.0
//
// portal_pages LISTEN URL TEMPLATES MAIL-FILE SCRATCH: the portal's pages before one message, which is really sealed (into
// the directory SCRATCH), for whoever types kCode. Says "ready" when it listens; ends by SIGTERM.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "portal/web/server.h"
#include "store/sealing/unsealer.h"
#include "tests/unit/portal/web/fake_desk.h"

namespace smarttls::portal {
namespace {

using store::Epoch;
using store::PrivateKey;

class SealedDesk : public FakeDesk {
  public:
    SealedDesk(std::string directory, const char* mail)
        : directory_(std::move(directory)), key_(*PrivateKey::create(Epoch::of(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())))), facts_(seal(mail)) {}

    policy::Result<std::optional<PickupSession>> session(std::string_view secret) override {
        auto session = FakeDesk::session(secret);
        if (session && *session) (*session)->size = facts_.size;
        return session;
    }
    policy::Result<Pieces> open(std::string_view) override {
        auto unsealer = store::Unsealer::open(directory_, facts_, key_);
        if (!unsealer) return tl::unexpected(unsealer.error());
        const auto shared = std::make_shared<store::Unsealer>(*std::move(unsealer));
        return Pieces([shared]() -> policy::Result<std::string> {
            const auto chunk = shared->next();
            if (!chunk) return tl::unexpected(chunk.error());
            return std::string(chunk->begin(), chunk->end());
        });
    }

  private:
    [[nodiscard]] store::SealedFacts seal(const char* mail) const {
        auto writer = *store::SealedWriter::create(directory_, key_.public_key());
        std::ifstream stream(mail, std::ios::binary);
        std::vector<char> piece(65'536);
        while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())), stream.gcount() > 0) {
            const auto size = static_cast<std::size_t>(stream.gcount());
            static_cast<void>(writer.append({reinterpret_cast<const std::uint8_t*>(piece.data()), size}));
        }
        auto facts = *writer.finish("envelope");
        writer.keep();
        return facts;
    }

    std::string directory_;
    PrivateKey key_;
    store::SealedFacts facts_;
};

int serve(const ServerSettings& settings, const char* mail, const std::string& scratch) {
    SealedDesk desk(scratch, mail);
    const auto server = Server::open(settings, desk);
    if (!server) {
        std::cerr << server.error().what << "\n";
        return 1;
    }
    std::cout << "ready" << std::endl;
    std::thread runner([&] { (*server)->run(); });
    sigset_t stop{};
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    int number = 0;
    sigwait(&stop, &number);
    (*server)->stop();
    runner.join();
    return 0;
}

}  // namespace
}  // namespace smarttls::portal

int main(int count, char** arguments) {
    using namespace smarttls;
    if (count != 6) return 2;
    sigset_t stop{};
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, nullptr);  // before the threads: main waits for it
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
    const portal::ServerSettings settings{arguments[1], {*policy::Network::parse("127.0.0.0/8")}, {arguments[3]}, arguments[2], "", "nl"};
    return portal::serve(settings, arguments[4], arguments[5]);
}
