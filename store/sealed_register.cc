// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_register.h"

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "cannot read the sealed messages";
constexpr std::string_view kFatesOfIdentity =
    "SELECT about, 'reject', '' FROM outbox WHERE identity = ?1 UNION ALL"
    " SELECT address, outcome, sealed FROM sealed_recipient WHERE identity = ?1";
constexpr std::string_view kRecipientsOfMessage =
    "SELECT address, outcome FROM sealed_recipient WHERE sealed = ?1 ORDER BY address";
constexpr std::string_view kSelect =
    "SELECT s.id, s.epoch, s.key_id, s.size, e.time, e.class, e.queue_id, e.sender"
    " FROM sealed s JOIN evidence e ON e.id = s.evidence ";

}  // namespace

Result<SealedRegister> SealedRegister::open(const std::string& path) {
    Result<Database> database = Database::open(path, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    auto same = require_version(*database, evidence_migrations().size());
    if (!same) return because(same, kContext);
    return SealedRegister(*std::move(database));
}

Result<SealedRegister::Fates> SealedRegister::fates_of(const std::string& identity) {
    if (!fates_) {
        Result<Statement> statement = database_.prepare(kFatesOfIdentity);
        if (!statement) return because(statement, kContext);
        fates_ = *std::move(statement);
    }
    if (auto bound = fates_->bind(1, identity); !bound) return because(bound, kContext);
    Fates fates;
    Result<bool> row = fates_->step();
    for (; row && *row; row = fates_->step()) {
        fates[fates_->text(0)] = {fates_->text(1), fates_->text(2)};
    }
    fates_->reset();  // or the reading of this moment would go on
    if (!row) return because(row, kContext);
    return fates;
}

Result<std::optional<SealedMessage>> SealedRegister::find(const std::string& id) {
    Result<Statement> statement = database_.prepare(std::string(kSelect) + "WHERE s.id = ?1");
    if (!statement) return because(statement, kContext);
    if (auto bound = statement->bind(1, id); !bound) return because(bound, kContext);
    auto found = select(*statement);
    if (!found) return because(found, kContext);
    if (found->empty()) return std::optional<SealedMessage>{};
    return std::optional(std::move(found->front()));
}

Result<std::vector<SealedMessage>> SealedRegister::newest(std::size_t limit) {
    Result<Statement> statement =
        database_.prepare(std::string(kSelect) + "ORDER BY s.evidence DESC LIMIT ?1");
    if (!statement) return because(statement, kContext);
    auto bound = statement->bind(1, static_cast<std::int64_t>(limit));
    if (!bound) return because(bound, kContext);
    auto found = select(*statement);
    if (!found) return because(found, kContext);
    return found;
}

Result<std::vector<SealedMessage>> SealedRegister::select(Statement& statement) {
    std::vector<SealedMessage> messages;
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
        messages.push_back({statement.text(0), statement.text(1), statement.text(2),
                            static_cast<std::uint64_t>(statement.integer(3)),
                            EvidenceTime(std::chrono::milliseconds(statement.integer(4))),
                            statement.text(5), statement.text(6), statement.text(7), {}, {}});
    }
    if (!row) return tl::unexpected(row.error());
    for (SealedMessage& message : messages) {
        if (auto read = read_recipients(message); !read) return tl::unexpected(read.error());
    }
    return messages;
}

Result<void> SealedRegister::read_recipients(SealedMessage& message) {
    Result<Statement> statement = database_.prepare(kRecipientsOfMessage);
    if (!statement) return tl::unexpected(statement.error());
    if (auto bound = statement->bind(1, message.id); !bound) return bound;
    Result<bool> row = statement->step();
    for (; row && *row; row = statement->step()) {
        const std::string outcome = statement->text(1);
        if (outcome == "portal") message.recipients.push_back(statement->text(0));
        if (outcome == "hold") message.held.push_back(statement->text(0));
    }
    if (!row) return tl::unexpected(row.error());
    return policy::ok();
}

}  // namespace smarttls::store
