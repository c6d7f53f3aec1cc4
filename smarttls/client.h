// SPDX-License-Identifier: Apache-2.0
//
// EngineConnection: the client of the engine's socketmap protocol, for milter and command. No Asio:
// blocking calls with poll(2), each until a Deadline.
//
//     auto engine = EngineConnection::open(path, deadline);
//     engine->ask("verdict", "example.nl");          // the probe starts; does not wait
//     engine->ask("verdict", "example.org");
//     Result<Verdict> first = engine->read_verdict(deadline);   // answers come in this order
//
// After a missed deadline, a lost connection or a broken answer the connection is of no use any
// more: each further call returns the same error, so that a late answer is never taken for that to
// a later question. A connection with unanswered questions that nobody wants is to be thrown away.
// Ownership: movable, closes on destruction. Threads: one thread at a time.
// Errors: Temporary (engine not there, too slow, or its TEMP), Permanent (its PERM), Misconfigured
// (socket path), Malformed (not the protocol), Bug (more reads than questions).
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "policy/deadline.h"
#include "policy/result.h"
#include "policy/verdict.h"
#include "smarttls/netstring.h"
#include "smarttls/unique_fd.h"

namespace smarttls::engine {

class EngineConnection {
  public:
    static constexpr std::size_t kMostQuestions = 4096;  // without an answer yet

    [[nodiscard]] static policy::Result<EngineConnection> open(const std::string& socket_path,
                                                               policy::Deadline deadline);

    /// `key`: a next hop, its domain in A-labels. Never waits: what the socket does not take at
    /// once is sent while answers are read.
    [[nodiscard]] policy::Result<void> ask(std::string_view map, std::string_view key);

    /// The next answer: the text behind OK; nothing for NOTFOUND.
    [[nodiscard]] policy::Result<std::optional<std::string>> read_answer(policy::Deadline deadline);

    /// The next answer as a verdict, which must be about the key that was asked.
    [[nodiscard]] policy::Result<policy::Verdict> read_verdict(policy::Deadline deadline);

    [[nodiscard]] std::size_t unanswered() const { return keys_.size(); }
    /// For poll(2) by who has several connections: readable when an answer is on its way.
    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    explicit EngineConnection(UniqueFd fd) : fd_(std::move(fd)) {}
    [[nodiscard]] policy::Result<void> send_some();
    [[nodiscard]] policy::Result<void> receive_some();
    [[nodiscard]] policy::Result<void> wait_for_engine(policy::Deadline deadline);
    [[nodiscard]] policy::Result<std::string> read_reply(policy::Deadline deadline);
    [[nodiscard]] policy::Result<std::string> next_reply(policy::Deadline deadline);
    [[nodiscard]] tl::unexpected<policy::Error> give_up(policy::Error error);

    UniqueFd fd_;
    std::string unsent_;
    NetstringReader reader_{kLongestReply};
    std::deque<std::string> keys_;  // of the questions without an answer
    std::optional<policy::Error> broken_;
};

}  // namespace smarttls::engine
