// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/mail_table.h"

#include "store/pickup/sql.h"

namespace smarttls::store {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, pickup, kind, recipient, sender, content, state, created, due, attempts, last_reply FROM mail ";

std::int64_t limit_of(std::size_t limit) { return static_cast<std::int64_t>(limit); }

}  // namespace

Result<std::int64_t> MailTable::reserve(std::int64_t pickup, std::string_view kind, EvidenceTime now) {
    auto added = run(database_, "INSERT INTO mail (pickup, kind, state, created, due) VALUES (?1, ?2, 'waiting', ?3, ?3)",
                     pickup, kind, now);
    if (!added) return tl::unexpected(added.error());
    return database_.last_insert_id();
}

Result<void> MailTable::fill(std::int64_t id, const MailContent& text) {
    const auto recipient = key_.seal(text.recipient);
    const auto sender = key_.seal(text.sender);
    const auto content = key_.seal(text.content);
    return run(database_, "UPDATE mail SET recipient = ?2, sender = ?3, content = ?4 WHERE id = ?1", id, Blob(recipient),
               Blob(sender), Blob(content));
}

template <class... Values>
Result<std::vector<PortalMail>> MailTable::all(std::string_view clause, const Values&... values) {
    const auto read = [this](Statement& row) -> Result<PortalMail> {
        PortalMail mail;
        mail.id = row.integer(0);
        mail.pickup = row.integer(1);
        mail.kind = row.text(2);
        int column = 3;
        for (std::string* field : {&mail.text.recipient, &mail.text.sender, &mail.text.content}) {
            auto text = key_.open(row.view(column++));
            if (!text) return tl::unexpected(text.error());
            *field = *std::move(text);
        }
        mail.item.id = mail.id;
        mail.item.recipient = mail.text.recipient;
        mail.item.state = row.text(6);
        mail.item.created = time_at(row, 7);
        mail.item.due = time_at(row, 8);
        mail.item.attempts = row.integer(9);
        mail.item.last_reply = row.text(10);
        return mail;
    };
    return select(database_, std::string(kColumns).append(clause), read, values...);
}

Result<std::vector<PortalMail>> MailTable::due(EvidenceTime now, std::size_t limit) {
    return all("WHERE state = 'waiting' AND due <= ?1 ORDER BY due LIMIT ?2", now, limit_of(limit));
}

Result<std::optional<EvidenceTime>> MailTable::next_due() {
    const auto read = [](Statement& row) -> Result<EvidenceTime> { return time_at(row, 0); };
    return select_one(database_, "SELECT due FROM mail WHERE state = 'waiting' ORDER BY due LIMIT 1", read);
}

Result<std::optional<PortalMail>> MailTable::find(std::int64_t id) {
    auto found = all("WHERE id = ?1", id);
    if (!found) return tl::unexpected(found.error());
    if (found->empty()) return std::optional<PortalMail>{};
    return std::optional(std::move(found->front()));
}

Result<std::vector<PortalMail>> MailTable::unsent(std::size_t limit) {
    return all("WHERE state <> 'sent' ORDER BY id DESC LIMIT ?1", limit_of(limit));
}

Result<void> MailTable::settle(const OutboxAttempt& attempt) {
    const auto state = to_string(attempt.state);
    auto done = run(database_, "UPDATE mail SET state = ?2, due = ?3, last_reply = ?4, attempts = attempts + 1 WHERE id = ?1",
                    attempt.id, state, attempt.due, attempt.reply);
    if (!done || attempt.state != OutboxState::Sent) return done;
    return run(database_, "UPDATE mail SET recipient = NULL, sender = NULL, content = NULL WHERE id = ?1", attempt.id);
}

Result<void> MailTable::withdraw(std::int64_t pickup, std::string_view kind) {
    return run(database_, "DELETE FROM mail WHERE pickup = ?1 AND kind = ?2 AND state <> 'sent'", pickup, kind);
}

}  // namespace smarttls::store
