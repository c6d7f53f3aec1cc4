// SPDX-License-Identifier: Apache-2.0
//
// MessageTable and PickupTable: which sealed messages wait, and for whom.
//
//     PickupTable pickups(database, key);
//     Result<std::optional<PickupRow>> pickup = pickups.by_token(hash);
//
// Ownership: borrow database and key; made for one transaction. Threads: as Database. Errors: those of SQLite; Corrupt
// for what is not sealed under the key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/evidence.h"
#include "store/sealing/portal_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct MessageRow {
    std::string id;
    std::int64_t record = 0;  // of the milter's evidence
    std::string identity;     // the same for each attempt to submit one message
    std::string epoch;
    std::string key_id;
    std::uint64_t size = 0;
};

inline constexpr std::string_view kNewMessage = "new";
inline constexpr std::string_view kOpenMessage = "open";
inline constexpr std::string_view kEndedMessage = "ended";          // the milter is to destroy it
inline constexpr std::string_view kDestroyedMessage = "destroyed";

class MessageTable {
  public:
    explicit MessageTable(Database& database) : database_(database) {}

    /// Up to which record the milter's evidence has been read; 0 at first.
    [[nodiscard]] Result<std::int64_t> position();
    Result<void> move_to(std::int64_t record);

    /// One that is known already stays as it is.
    Result<void> add(const MessageRow& message, std::string_view state);
    [[nodiscard]] Result<std::optional<MessageRow>> find(const std::string& id);
    [[nodiscard]] Result<std::vector<MessageRow>> in_state(std::string_view state, std::size_t limit);
    Result<void> change(const std::string& id, std::string_view state);
    /// Of those that are open and for whom nobody waits any more.
    Result<void> end_unwanted();

  private:
    Database& database_;
};

struct PickupRow {
    std::int64_t id = 0;
    std::string message;
    std::string identity;
    std::string recipient;  // this and the next three: empty when it has ended
    std::string sender;
    std::string phone;       // that came with the message; E.164
    std::string message_id;  // with its <>
    std::string class_name;
    std::string queue_id;
    EvidenceTime received{};
    EvidenceTime expires{};
    EvidenceTime remind{};  // zero: never
    std::string state;      // "open", or how it ended: "expired", "revoked", "discarded", "erased"
    EvidenceTime seen{};    // when it was read for the first time
};

class PickupTable {
  public:
    PickupTable(Database& database, const PortalKey& key) : database_(database), key_(key) {}

    /// Its id. For a recipient of an earlier attempt at the same message the new copy takes the place of the old: 0.
    [[nodiscard]] Result<std::int64_t> add(const PickupRow& pickup);
    [[nodiscard]] Result<std::optional<PickupRow>> find(std::int64_t id);
    /// Open ones alone.
    [[nodiscard]] Result<std::optional<PickupRow>> by_token(const SecretHash& token);
    [[nodiscard]] Result<std::vector<PickupRow>> of_message(const std::string& message);
    [[nodiscard]] Result<std::vector<PickupRow>> newest(std::size_t limit);
    [[nodiscard]] Result<std::vector<PickupRow>> expired(EvidenceTime now, std::size_t limit);
    [[nodiscard]] Result<std::vector<PickupRow>> to_remind(EvidenceTime now, std::size_t limit);

    Result<void> mark_seen(std::int64_t id, EvidenceTime now);
    Result<void> extend(std::int64_t id, EvidenceTime expires, EvidenceTime remind);
    Result<void> set_reminded(std::int64_t id);
    /// With everything by which it could be opened, and who it was for.
    Result<void> end(std::int64_t id, std::string_view state);
    Result<void> add_token(const SecretHash& token, std::int64_t pickup);

  private:
    Result<PickupRow> read(Statement& row) const;
    template <class... Values>
    Result<std::vector<PickupRow>> all(std::string_view clause, const Values&... values);

    Database& database_;
    const PortalKey& key_;
};

}  // namespace smarttls::store
