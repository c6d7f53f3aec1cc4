// SPDX-License-Identifier: Apache-2.0
#include "milter/verdict_request.h"

namespace smarttls::milter {

using policy::Deadline;
using policy::DomainName;
using policy::Result;
using policy::Verdict;

namespace {

constexpr std::size_t kMostIdle = 64;

}  // namespace

std::optional<engine::EngineConnection> EngineConnections::take(const std::string& socket) {
    return idle_.with([&](auto& idle) -> std::optional<engine::EngineConnection> {
        const auto found = idle.find(socket);
        if (found == idle.end() || found->second.empty()) return std::nullopt;
        std::optional last(std::move(found->second.back()));
        found->second.pop_back();
        return last;
    });
}

void EngineConnections::give_back(const std::string& socket, engine::EngineConnection connection) {
    idle_.with([&](auto& idle) {
        auto& connections = idle[socket];
        if (connections.size() < kMostIdle) connections.push_back(std::move(connection));
    });
}

void VerdictRequest::start(std::set<DomainName> domains, Deadline deadline) {
    domains_ = std::move(domains);
    connection_.reset();
    if (domains_.empty()) return;
    if (idle_) connection_ = idle_->take(socket_);
    if (connection_ && fill_window()) return;
    if (auto opened = open(deadline); !opened) connection_.reset();
}

/// A connection with an answer on its way would give it to the next one who asks.
void VerdictRequest::leave() {
    if (idle_ && connection_ && connection_->unanswered() == 0) {
        idle_->give_back(socket_, *std::move(connection_));
    }
    connection_.reset();
}

/// Connects and fills the window.
Result<void> VerdictRequest::open(Deadline deadline) {
    auto connection = engine::EngineConnection::open(socket_, deadline);
    if (!connection) return because(connection, "while connecting to the engine");
    connection_.emplace(*std::move(connection));
    return fill_window();
}

Result<void> VerdictRequest::fill_window() {
    next_ = domains_.begin();
    for (int asked = 0; asked < kWindow; ++asked) {
        if (auto written = ask_next(); !written) return written;
    }
    return policy::ok();
}

Result<void> VerdictRequest::ask_next() {
    if (next_ == domains_.end()) return policy::ok();
    if (auto asked = connection_->ask("verdict", next_->str()); !asked) {
        return because(asked, "while asking the engine about " + next_->str());
    }
    ++next_;
    return policy::ok();
}

Result<std::map<DomainName, Verdict>> VerdictRequest::read(Deadline deadline) {
    std::map<DomainName, Verdict> verdicts;
    for (const DomainName& domain : domains_) {
        auto verdict = connection_->read_verdict(deadline);
        if (!verdict) return because(verdict, "while waiting for the verdict on " + domain.str());
        verdicts.emplace(domain, *std::move(verdict));
        if (auto asked = ask_next(); !asked) return tl::unexpected(asked.error());
    }
    return verdicts;
}

Result<std::map<DomainName, Verdict>> VerdictRequest::collect(Deadline deadline) {
    if (domains_.empty()) return std::map<DomainName, Verdict>{};
    if (connection_) {
        auto verdicts = read(deadline);
        verdicts ? leave() : connection_.reset();
        if (verdicts || deadline.passed(Deadline::Clock::now())) return verdicts;
    }
    if (auto opened = open(deadline); !opened) return tl::unexpected(opened.error());
    auto verdicts = read(deadline);
    verdicts ? leave() : connection_.reset();
    return verdicts;
}

}  // namespace smarttls::milter
