// SPDX-License-Identifier: Apache-2.0
//
// Outbox: mail of our own that is to be sent at least once, committed together with the evidence of
// what it tells (store/evidence.h, Notice) and updated after each attempt (EvidenceWriter::note).
//
//     Result<Outbox> outbox = Outbox::open(path);
//     Result<std::vector<OutboxItem>> due = outbox->due(now, 10);
//
// Ownership: owns a read-only connection to evidence.db. Threads: one thread at a time. Errors: those
// of SQLite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/evidence.h"
#include "store/sqlite.h"

namespace smarttls::store {

enum class OutboxState {
    Waiting,  // for its time
    Sent,     // the MTA has it
    Dead,     // given up; it stays, for a person to see
};
[[nodiscard]] std::string_view to_string(OutboxState state);  // "waiting"

struct OutboxItem {
    std::int64_t id = 0;
    std::string about;      // the recipient that was refused; empty once it was sent
    std::string recipient;  // who is told; empty once it was sent to the sender of the message
    std::string content;    // empty once it was sent
    std::string state;
    EvidenceTime created{};
    EvidenceTime due{};
    std::int64_t attempts = 0;
    std::string last_reply;
    std::string queue_id;  // of the message that it tells about
    std::int64_t record = 0;  // evidence of that
    std::int64_t part = 0;    // in that: of `about`; 0: `about` is there
};

/// What became of one attempt to send an item.
struct OutboxAttempt {
    std::int64_t id = 0;
    OutboxState state = OutboxState::Waiting;
    EvidenceTime due{};  // of the next attempt
    std::string reply;   // of the MTA, or what went wrong
};

/// What follows an attempt at `item` that ended at `now`: sent, or refused for good, or once more. Pause after the n-th
/// failure: 1, 2, 4, ... minutes, at most an hour; given up after five days.
[[nodiscard]] OutboxAttempt attempt_of(const OutboxItem& item, const Result<std::string>& sent, EvidenceTime now);

class Outbox {
  public:
    [[nodiscard]] static Result<Outbox> open(const std::string& path);

    /// Waiting items whose time has come, the longest due first.
    [[nodiscard]] Result<std::vector<OutboxItem>> due(EvidenceTime now, std::size_t limit);
    /// When the next waiting item is due; nothing when none waits.
    [[nodiscard]] Result<std::optional<EvidenceTime>> next_due();
    /// Newest first, without their content: those that were not sent, or all.
    [[nodiscard]] Result<std::vector<OutboxItem>> unsent(std::size_t limit);
    [[nodiscard]] Result<std::vector<OutboxItem>> newest(std::size_t limit);

  private:
    explicit Outbox(Database database) : database_(std::move(database)) {}
    Result<std::vector<OutboxItem>> select(std::string_view clause, std::int64_t first,
                                           std::int64_t second);

    Database database_;
};

}  // namespace smarttls::store
