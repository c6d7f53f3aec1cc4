// SPDX-License-Identifier: Apache-2.0
//
// VerdictRequest: the domains of one message, asked from the engine at end of headers without
// waiting and read at end of message; while the body travels, the probes run.
//
// Not more than kWindow queries are under way.
// An engine that was restarted in between is asked once more; an engine that does not answer is an
// Error, never a verdict. Ownership: owns its connection to the engine, which comes from those that earlier
// messages have left idle and goes back there once every question is answered. Threads: one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/deadline.h"
#include "policy/domain_name.h"
#include "policy/guarded.h"
#include "policy/verdict.h"
#include "smarttls/client.h"

namespace smarttls::milter {

/// Idle connections to the engine, none of which has a question open. Threads: any.
class EngineConnections {
  public:
    /// One that is idle, or nothing. It may have gone stale: the engine was restarted.
    [[nodiscard]] std::optional<engine::EngineConnection> take(const std::string& socket);
    void give_back(const std::string& socket, engine::EngineConnection connection);

  private:
    policy::Guarded<std::map<std::string, std::vector<engine::EngineConnection>>> idle_;  // by socket
};

class VerdictRequest {
  public:
    static constexpr int kWindow = 500;

    explicit VerdictRequest(std::string engine_socket, std::shared_ptr<EngineConnections> idle = nullptr)
        : socket_(std::move(engine_socket)), idle_(std::move(idle)) {}

    /// Writes the queries. What fails here is tried again by collect().
    void start(std::set<policy::DomainName> domains, policy::Deadline deadline);

    /// One verdict for each domain given to start(). Errors: Temporary, Malformed.
    policy::Result<std::map<policy::DomainName, policy::Verdict>> collect(policy::Deadline deadline);

  private:
    policy::Result<void> open(policy::Deadline deadline);
    policy::Result<void> fill_window();
    policy::Result<void> ask_next();
    void leave();
    policy::Result<std::map<policy::DomainName, policy::Verdict>> read(policy::Deadline deadline);

    std::string socket_;
    std::shared_ptr<EngineConnections> idle_;
    std::set<policy::DomainName> domains_;
    std::set<policy::DomainName>::const_iterator next_;  // first domain not asked yet
    std::optional<engine::EngineConnection> connection_;
};

}  // namespace smarttls::milter
