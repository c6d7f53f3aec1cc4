// SPDX-License-Identifier: Apache-2.0
#include "store/sealed_register.h"

#include "store/evidence_schema.h"
#include "store/migrations.h"

namespace smarttls::store {
namespace {

using policy::because;

constexpr std::string_view kContext = "cannot read the sealed messages";
constexpr std::string_view kRecipientsOfMessage =
    "SELECT part, outcome FROM sealed_recipient WHERE sealed = ?1 ORDER BY part";
constexpr std::string_view kSelect = "SELECT id, epoch, key_id, size, record FROM sealed ";

}  // namespace

Result<SealedRegister> SealedRegister::open(const policy::StoreSettings& settings, const std::string& private_keys) {
    auto evidence = EvidenceReader::open(settings, private_keys);
    if (!evidence) return because(evidence, kContext);
    Result<Database> database = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    return SealedRegister(*std::move(database), *std::move(evidence));
}

Result<std::optional<SealedMessage>> SealedRegister::find(const std::string& id) {
    Result<Statement> statement = database_.prepare(std::string(kSelect) + "WHERE id = ?1");
    if (!statement) return because(statement, kContext);
    if (auto bound = statement->bind(1, id); !bound) return because(bound, kContext);
    auto found = select(*statement);
    if (!found) return because(found, kContext);
    if (found->empty()) return std::optional<SealedMessage>{};
    return std::optional(std::move(found->front()));
}

Result<std::vector<SealedMessage>> SealedRegister::newest(std::size_t limit) {
    Result<Statement> statement =
        database_.prepare(std::string(kSelect) + "ORDER BY record DESC LIMIT ?1");
    if (!statement) return because(statement, kContext);
    auto bound = statement->bind(1, static_cast<std::int64_t>(limit));
    if (!bound) return because(bound, kContext);
    auto found = select(*statement);
    if (!found) return because(found, kContext);
    return found;
}

Result<std::vector<SealedMessage>> SealedRegister::select(Statement& statement) {
    std::vector<SealedMessage> messages;
    std::vector<std::int64_t> records;
    Result<bool> row = statement.step();
    for (; row && *row; row = statement.step()) {
        SealedMessage message;
        message.id = statement.text(0);
        message.epoch = statement.text(1);
        message.key_id = statement.text(2);
        message.size = static_cast<std::uint64_t>(statement.integer(3));
        messages.push_back(std::move(message));
        records.push_back(statement.integer(4));
    }
    if (!row) return tl::unexpected(row.error());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (auto read = reveal(messages[i], records[i]); !read) return tl::unexpected(read.error());
    }
    return messages;
}

Result<void> SealedRegister::reveal(SealedMessage& message, std::int64_t record) {
    const auto evidence = evidence_.by_id(record);
    if (!evidence) return tl::unexpected(evidence.error());
    if (!*evidence) return policy::fail(policy::ErrorKind::Corrupt, "sealed message " + message.id + " has no evidence");
    const EvidenceRecord& found = (*evidence)->record;
    message.time = found.time;
    message.class_name = found.class_name;
    message.queue_id = found.queue_id;
    message.sender = found.sender;
    message.shown = found.shown;
    Result<Statement> statement = database_.prepare(kRecipientsOfMessage);
    if (!statement) return tl::unexpected(statement.error());
    if (auto bound = statement->bind(1, message.id); !bound) return bound;
    Result<bool> row = statement->step();
    for (; row && *row; row = statement->step()) {
        const auto part = static_cast<std::size_t>(statement->integer(0));
        const bool is_there = part >= 1 && part <= found.recipients.size();
        if (!is_there) return policy::fail(policy::ErrorKind::Corrupt, "sealed message " + message.id + " is for nobody");
        const std::string outcome = statement->text(1);
        if (outcome == "portal") message.recipients.push_back(found.recipients[part - 1].address);
        if (outcome == "hold") message.held.push_back(found.recipients[part - 1].address);
    }
    if (!row) return tl::unexpected(row.error());
    return policy::ok();
}

}  // namespace smarttls::store
