// SPDX-License-Identifier: Apache-2.0
//
// FakeMta: an SMTP server on 127.0.0.1 whose replies the test gives, one connection after the other.
//
//     FakeMta mta([](const std::string& command) { return FakeMta::usual(command); });
//
// The function gets each command, and "" for the greeting; an empty reply closes the connection,
// kSilence never answers. After a 354 the message is gathered up to its dot, which is a command again. Threads: one of its own, which calls the function; the rest from any.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "policy/config.h"
#include "policy/guarded.h"
#include "smarttls/unique_fd.h"

namespace smarttls::milter::test {

class FakeMta {
  public:
    using Reply = std::function<std::string(const std::string& command)>;
    static constexpr std::string_view kSilence = "silence";

    explicit FakeMta(Reply reply);
    ~FakeMta();
    FakeMta(const FakeMta&) = delete;
    FakeMta& operator=(const FakeMta&) = delete;

    [[nodiscard]] policy::Endpoint endpoint() const;
    [[nodiscard]] std::vector<std::string> commands() { return commands_.copy(); }
    /// As they were sent, without the final dot.
    [[nodiscard]] std::vector<std::string> messages() { return messages_.copy(); }
    [[nodiscard]] int connections() { return connections_.copy(); }

    /// What Postfix answers.
    [[nodiscard]] static std::string usual(const std::string& command);

  private:
    void run();
    void serve(int client);
    /// False when the connection is to be closed.
    bool send_reply(int client, const std::string& command);
    /// False when the test ends.
    bool wait_for(int fd);

    const Reply reply_;
    engine::UniqueFd listener_;
    engine::UniqueFd stop_;
    policy::Guarded<std::vector<std::string>> commands_;
    policy::Guarded<std::vector<std::string>> messages_;
    policy::Guarded<int> connections_;
    std::thread thread_;
};

}  // namespace smarttls::milter::test
