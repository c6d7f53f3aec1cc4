// SPDX-License-Identifier: Apache-2.0
//
// DeliveryAssembler: makes Deliveries of the lines of a log, in their order.
//
//     DeliveryAssembler assembler(policy::Mta::Postfix);
//     assembler.add(entry, news);             // appends to news
//     std::string state = assembler.state();  // later: assembler.restore(state)
//
// The TLS line of a connection has no queue id (Postfix 3.7). It belongs to the process that wrote it (identifier
// and pid), to that server's address and to the message that the process speaks of next; several recipients share it.
// With another message, a lost connection or the message's end it is gone: what follows without a TLS line of its
// own was in clear, as far as the log tells. A connection that is used again with TLS has one (smtp_tls_connection_reuse).
// Sendmail says "STARTTLS=client" once per connection and sends several messages by it: there it holds for the process
// and server for as long as Sendmail keeps an idle connection (ConnectionCacheTimeout, 5 min).
//
// Memory: at most kMostConnections TLS lines are open, the least recently used goes first; those that nothing came of
// for two hours of the log's time go as well.
// Threads: one thread. Errors: lines that cannot be read are counted.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "milter/delivery/delivery.h"
#include "milter/delivery/log_fact.h"

namespace smarttls::milter {

/// One message of the log; file and journal have it.
struct LogEntry {
    LogTime time{};
    std::string_view identifier;
    std::string_view pid;
    std::string_view message;
};

class DeliveryAssembler {
  public:
    static constexpr std::size_t kMostConnections = 2000;

    explicit DeliveryAssembler(policy::Mta mta) : mta_(mta) {}

    void add(const LogEntry& entry, std::vector<Delivery>& news);

    /// What later lines need of earlier ones: a line of text for each open TLS session.
    [[nodiscard]] std::string state() const;
    /// Takes over what state() wrote. Malformed: something else; then nothing changes.
    [[nodiscard]] policy::Result<void> restore(std::string_view state);

    /// Lines that should have told of a recipient and could not be read.
    [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }
    [[nodiscard]] std::size_t open_connections() const { return connections_.size(); }

  private:
    struct Connection {
        std::string process;   // identifier and pid: "postfix/smtp 185"
        std::string relay;     // as key_of() gives it
        std::string queue_id;  // empty: none yet
        TlsSession tls;
        LogTime used{};
    };
    using Connections = std::list<Connection>;  // the least recently used one first

    [[nodiscard]] LogFact fact_of(const LogEntry& entry) const;
    void start(const LogEntry& entry, const TlsStarted& started);
    void attempt(const LogEntry& entry, const Attempt& attempt, std::vector<Delivery>& news);
    void finish(const LogEntry& entry, const MessageNews& end, std::vector<Delivery>& news);
    [[nodiscard]] const TlsSession* session_for(const LogEntry& entry, const Attempt& attempt);
    void put(Connection connection);
    void forget(std::string_view process);
    void forget_message(std::string_view instance, std::string_view queue_id);
    void forget_old(LogTime now);
    /// The server that a relay names, as far as TLS lines tell it.
    [[nodiscard]] std::string_view key_of(std::string_view relay) const;

    policy::Mta mta_;
    Connections connections_;
    std::unordered_map<std::string, Connections::iterator> by_process_;
    std::unordered_multimap<std::string, std::string> by_message_;  // queue id -> process
    std::uint64_t unreadable_ = 0;
};

}  // namespace smarttls::milter
