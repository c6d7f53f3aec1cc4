// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/ended_messages.h"

#include <filesystem>

#include "store/erasing.h"
#include "store/migrations.h"
#include "store/pickup/schema.h"
#include "store/pickup/sql.h"
#include "store/sealing/durable_file.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;

constexpr std::string_view kContext = "messages that were picked up or expired";
constexpr std::size_t kIdSize = 32;

Result<std::string> read_id(Statement& row) { return row.text(0); }

/// The portal is the one whom browsers talk to: its words name files here.
bool is_id(const std::string& id) {
    return id.size() == kIdSize && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

Result<std::vector<std::string>> unwanted(Database& evidence, const std::vector<std::string>& ids) {
    std::vector<std::string> found;
    for (const std::string& id : ids) {
        if (!is_id(id)) return policy::fail(ErrorKind::Corrupt, "no sealed message has the name " + id);
        auto known = select_one(evidence, "SELECT id FROM sealed WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM sealed_recipient"
                                          " WHERE sealed = ?1 AND outcome = 'hold')", read_id, id);
        if (!known) return tl::unexpected(known.error());
        if (*known) found.push_back(id);
    }
    return found;
}

EvidenceRecord told(const Erasure& gone, const std::string& config_version) {
    EvidenceRecord record;
    record.event = kErasure;
    record.time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    record.client = "smarttls-milter";
    record.outcome = "erasure";
    record.config_version = config_version;
    record.note = "nobody picks the message up any more";
    record.erasure = gone;
    return record;
}

Result<void> overwrite(const std::string& directory, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
        const std::string path = directory + "/" + id;
        std::error_code error;
        if (!std::filesystem::exists(path, error)) continue;
        if (auto done = overwrite_file(path); !done) return done;
    }
    return policy::ok();
}

}  // namespace

Result<std::vector<std::string>> ended_messages(const std::string& portal_database) {
    std::error_code error;
    if (!std::filesystem::exists(portal_database, error)) return std::vector<std::string>{};
    auto database = Database::open(portal_database, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    if (auto same = require_version(*database, portal_migrations().size()); !same) return because(same, kContext);
    return select(*database, "SELECT id FROM message WHERE state = 'ended' LIMIT 100", read_id);
}

Result<std::vector<std::string>> destroy_messages(const policy::StoreSettings& settings, const std::vector<std::string>& ids,
                                                  const std::string& config_version) {
    {
        auto evidence = Database::open(settings.evidence, OpenMode::ReadOnly);
        if (!evidence) return because(evidence, kContext);
        const auto there = unwanted(*evidence, ids);
        if (!there) return because(there, kContext);
        if (there->empty()) return std::vector<std::string>{};
    }
    auto erasing = Erasing::open(settings);
    if (!erasing) return because(erasing, kContext);
    const auto choose = [&](Database& database) -> Result<Choice> {
        auto there = unwanted(database, ids);
        if (!there) return tl::unexpected(there.error());
        if (auto done = overwrite(settings.sealed, *there); !done) return tl::unexpected(done.error());
        Choice choice;
        choice.ended = *std::move(there);
        return choice;
    };
    const auto gone = erasing->run(choose, [&](const Erasure& erasure) { return std::optional(told(erasure, config_version)); });
    if (!gone) return because(gone, kContext);
    if (auto emptied = erasing->empty_logs(); !emptied && emptied.error().kind != ErrorKind::Temporary) return tl::unexpected(emptied.error());
    return gone->messages;
}

}  // namespace smarttls::store
