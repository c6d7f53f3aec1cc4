// SPDX-License-Identifier: Apache-2.0
//
// FakeEngine: smarttlsd as its clients see it, a UNIX socket with the socketmap protocol, whose
// answers the test gives.
//
//     FakeEngine engine(path, [](const std::string& question) { return "OK {...}"; });
//
// `question` is "verdict example.nl". No answer (nullopt) closes the connection; kSilence never
// answers. The destructor closes every connection at once, as kill -9 would.
// Threads: one of its own, which calls the function; the rest from any.
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "policy/guarded.h"
#include "policy/verdict.h"
#include "smarttls/netstring.h"
#include "smarttls/unique_fd.h"

namespace smarttls::milter::test {

class FakeEngine {
  public:
    using Answer = std::function<std::optional<std::string>(const std::string& question)>;
    static constexpr std::string_view kSilence = "silence";

    FakeEngine(const std::string& path, Answer answer);
    ~FakeEngine();
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;

    [[nodiscard]] std::vector<std::string> questions() { return questions_.copy(); }
    [[nodiscard]] int connections() { return connections_.copy(); }

  private:
    struct Client {
        engine::UniqueFd fd;
        engine::NetstringReader reader{engine::kLongestRequest};
        std::string unsent;
    };

    void run();
    void accept_client();
    /// False when the connection is to be closed.
    bool serve(Client& client, short events);
    bool answer(Client& client);

    const Answer answer_;
    engine::UniqueFd listener_;
    engine::UniqueFd stop_;
    std::list<Client> clients_;  // of the thread alone
    policy::Guarded<std::vector<std::string>> questions_;
    policy::Guarded<int> connections_;
    std::thread thread_;
};

/// The answer of the map "verdict" for each domain of `levels`, else TEMP.
[[nodiscard]] FakeEngine::Answer verdicts(std::vector<std::pair<std::string, policy::Level>> levels);

}  // namespace smarttls::milter::test
