// SPDX-License-Identifier: Apache-2.0
//
// MailTable: mail of the portal that is to be sent at least once, put in by the transaction that causes it.
//
//     Result<std::int64_t> id = mails.reserve(pickup, kind, now);        // names the bounce address and the Message-ID
//     mails.fill(*id, {sender, recipient, content});
//
// An item is an OutboxItem (store/outbox.h), and settled by an OutboxAttempt. Its addresses and its text are encrypted, and
// gone once it was sent. Ownership: borrows database and key; made for one transaction. Threads: as Database.
// Errors: those of SQLite; Corrupt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/outbox.h"
#include "store/sealing/portal_key.h"

namespace smarttls::store {

struct MailContent {
    std::string sender;  // of the envelope; empty: the null sender
    std::string recipient;
    std::string content;  // RFC 5322, lines that end in CRLF
};

struct PortalMail {
    std::int64_t id = 0;
    std::int64_t pickup = 0;
    std::string kind;
    MailContent text;
    OutboxItem item;  // what the pauses depend on
};

class MailTable {
  public:
    MailTable(Database& database, const PortalKey& key) : database_(database), key_(key) {}

    [[nodiscard]] Result<std::int64_t> reserve(std::int64_t pickup, std::string_view kind, EvidenceTime now);
    Result<void> fill(std::int64_t id, const MailContent& text);

    [[nodiscard]] Result<std::vector<PortalMail>> due(EvidenceTime now, std::size_t limit);
    [[nodiscard]] Result<std::optional<EvidenceTime>> next_due();
    [[nodiscard]] Result<std::optional<PortalMail>> find(std::int64_t id);
    /// Those that wait or were given up, newest first.
    [[nodiscard]] Result<std::vector<PortalMail>> unsent(std::size_t limit);
    Result<void> settle(const OutboxAttempt& attempt);
    /// What tells about a pickup that has ended need not be sent any more.
    Result<void> withdraw(std::int64_t pickup, std::string_view kind);

  private:
    template <class... Values>
    Result<std::vector<PortalMail>> all(std::string_view clause, const Values&... values);

    Database& database_;
    const PortalKey& key_;
};

}  // namespace smarttls::store
