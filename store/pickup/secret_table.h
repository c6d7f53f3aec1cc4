// SPDX-License-Identifier: Apache-2.0
//
// SecretTable: what lets a recipient in: codes, sessions, remembered devices; and how often it was tried.
//
//     SecretTable secrets(database, key);
//
// Everything is there as a keyed hash alone. Ownership: borrows database and key; made for one transaction. Threads: as
// Database. Errors: those of SQLite.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/sealing/portal_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct CodeRow {
    std::int64_t id = 0;
    std::int64_t pickup = 0;
    std::string factor;
    SecretHash hash{};
    EvidenceTime expires{};  // zero: with its pickup
    std::int64_t attempts = 0;  // wrong ones while it was there
    bool once = true;        // used up by being right
    std::string note;        // who read it aloud to whom
};

struct SessionRow {
    std::int64_t pickup = 0;
    std::string factor;
    std::string client;  // as the evidence may hold it; may be empty
    EvidenceTime ends{};
    std::int64_t done = 0;  // bits of what was recorded
};

struct DeviceRow {
    SecretHash address{};
    std::string class_name;
    std::string factor;
    EvidenceTime ends{};
};

class SecretTable {
  public:
    SecretTable(Database& database, const PortalKey& key) : database_(database), key_(key) {}

    /// A new code of a factor takes the place of one that was used up by being right.
    Result<void> add(const CodeRow& code);
    [[nodiscard]] Result<std::vector<CodeRow>> codes_of(std::int64_t pickup, EvidenceTime now);
    Result<void> remove_code(std::int64_t id);
    /// One more wrong attempt at each code of the pickup that is used up by being right; those with `most` go.
    Result<void> count_wrong(std::int64_t pickup, std::int64_t most);

    Result<void> add(const SecretHash& secret, const SessionRow& session);
    [[nodiscard]] Result<std::optional<SessionRow>> session(const SecretHash& secret, EvidenceTime now);
    Result<void> mark_done(const SecretHash& secret, std::int64_t bits);
    Result<void> remove_session(const SecretHash& secret);

    Result<void> add(const SecretHash& secret, const DeviceRow& device);
    [[nodiscard]] Result<std::optional<DeviceRow>> device(const SecretHash& secret, EvidenceTime now);

    Result<void> count(const SecretHash& subject, EvidenceTime now);
    [[nodiscard]] Result<std::int64_t> counted(const SecretHash& subject, EvidenceTime since);
    Result<void> forget(const SecretHash& subject);
    /// What has ended, and attempts from before `since`.
    Result<void> sweep(EvidenceTime now, EvidenceTime since);

  private:
    Database& database_;
    const PortalKey& key_;
};

}  // namespace smarttls::store
