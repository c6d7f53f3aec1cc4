// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/pickup_table.h"

#include "policy/text.h"
#include "store/pickup/sql.h"

namespace smarttls::store {
namespace {

using policy::ok;

constexpr std::string_view kMessageColumns = "SELECT id, record, identity, epoch, key_id, size FROM message ";
constexpr std::string_view kPickupColumns =
    "SELECT p.id, p.message, p.identity, p.recipient, p.sender, p.phone, p.message_id, p.class, p.queue_id, p.received,"
    " p.expires, p.remind, p.state, p.seen FROM pickup p ";
constexpr std::string_view kInsertPickup =
    "INSERT INTO pickup (message, identity, address, recipient, sender, phone, message_id, class, queue_id, received,"
    " expires, remind, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open')"
    " ON CONFLICT (identity, address) DO NOTHING RETURNING id";

Result<MessageRow> read_message(Statement& row) {
    return MessageRow{row.text(0), row.integer(1), row.text(2), row.text(3), row.text(4),
                      static_cast<std::uint64_t>(row.integer(5))};
}

std::int64_t limit_of(std::size_t limit) { return static_cast<std::int64_t>(limit); }

}  // namespace

Result<std::int64_t> MessageTable::position() {
    auto found = select_one(database_, "SELECT value FROM position WHERE source = 'milter'", read_integer);
    if (!found) return tl::unexpected(found.error());
    return found->value_or(0);
}

Result<void> MessageTable::move_to(std::int64_t record) {
    return run(database_, "INSERT INTO position (source, value) VALUES ('milter', ?1)"
                          " ON CONFLICT DO UPDATE SET value = excluded.value", record);
}

Result<void> MessageTable::add(const MessageRow& message, std::string_view state) {
    return run(database_, "INSERT INTO message (id, record, identity, epoch, key_id, size, state)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
               message.id, message.record, message.identity, message.epoch, message.key_id,
               static_cast<std::int64_t>(message.size), state);
}

Result<std::optional<MessageRow>> MessageTable::find(const std::string& id) {
    return select_one(database_, std::string(kMessageColumns) + "WHERE id = ?1", read_message, id);
}

Result<std::vector<MessageRow>> MessageTable::in_state(std::string_view state, std::size_t limit) {
    return select(database_, std::string(kMessageColumns) + "WHERE state = ?1 ORDER BY record LIMIT ?2", read_message,
                  state, limit_of(limit));
}

Result<void> MessageTable::change(const std::string& id, std::string_view state) {
    return run(database_, "UPDATE message SET state = ?2 WHERE id = ?1", id, state);
}

Result<void> MessageTable::end_unwanted() {
    return run(database_, "UPDATE message SET state = 'ended' WHERE state = 'open' AND NOT EXISTS"
                          " (SELECT 1 FROM pickup WHERE pickup.message = message.id AND pickup.state = 'open')");
}

Result<std::int64_t> PickupTable::add(const PickupRow& pickup) {
    const SecretHash address = key_.hash(Secret::Address, pickup.recipient);
    const auto recipient = key_.seal(pickup.recipient);
    const auto sender = key_.seal(pickup.sender);
    const auto phone = key_.seal(pickup.phone);
    const auto message_id = key_.seal(pickup.message_id);
    auto id = select_one(database_, kInsertPickup, read_integer, pickup.message, pickup.identity, Blob(address), Blob(recipient),
                         Blob(sender), Blob(phone), Blob(message_id), pickup.class_name, pickup.queue_id, pickup.received,
                         pickup.expires, pickup.remind);
    if (!id) return tl::unexpected(id.error());
    if (*id) return **id;
    auto moved = run(database_, "UPDATE pickup SET message = ?3 WHERE identity = ?1 AND address = ?2 AND state = 'open'",
                     pickup.identity, Blob(address), pickup.message);
    if (!moved) return tl::unexpected(moved.error());
    return 0;
}

Result<PickupRow> PickupTable::read(Statement& row) const {
    PickupRow pickup;
    pickup.id = row.integer(0);
    pickup.message = row.text(1);
    pickup.identity = row.text(2);
    int column = 3;
    for (std::string* field : {&pickup.recipient, &pickup.sender, &pickup.phone, &pickup.message_id}) {
        auto text = key_.open(row.view(column++));
        if (!text) return tl::unexpected(text.error());
        *field = *std::move(text);
    }
    pickup.class_name = row.text(7);
    pickup.queue_id = row.text(8);
    pickup.received = time_at(row, 9);
    pickup.expires = time_at(row, 10);
    pickup.remind = time_at(row, 11);
    pickup.state = row.text(12);
    pickup.seen = time_at(row, 13);
    return pickup;
}

template <class... Values>
Result<std::vector<PickupRow>> PickupTable::all(std::string_view clause, const Values&... values) {
    const auto reader = [this](Statement& row) { return read(row); };
    return store::select(database_, std::string(kPickupColumns).append(clause), reader, values...);
}

namespace {

Result<std::optional<PickupRow>> first(Result<std::vector<PickupRow>> rows) {
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) return std::optional<PickupRow>{};
    return std::optional(std::move(rows->front()));
}

}  // namespace

Result<std::optional<PickupRow>> PickupTable::find(std::int64_t id) { return first(all("WHERE p.id = ?1", id)); }

Result<std::optional<PickupRow>> PickupTable::by_token(const SecretHash& token) {
    return first(all("JOIN token t ON t.pickup = p.id WHERE t.hash = ?1 AND p.state = 'open'", Blob(token)));
}

Result<std::vector<PickupRow>> PickupTable::of_message(const std::string& message) {
    return all("WHERE p.message = ?1 ORDER BY p.id", message);
}

Result<std::vector<PickupRow>> PickupTable::newest(std::size_t limit) {
    return all("ORDER BY p.id DESC LIMIT ?1", limit_of(limit));
}

Result<std::vector<PickupRow>> PickupTable::expired(EvidenceTime now, std::size_t limit) {
    return all("WHERE p.state = 'open' AND p.expires <= ?1 ORDER BY p.expires LIMIT ?2", now, limit_of(limit));
}

Result<std::vector<PickupRow>> PickupTable::to_remind(EvidenceTime now, std::size_t limit) {
    return all("WHERE p.state = 'open' AND p.remind > 0 AND p.remind <= ?1 ORDER BY p.remind LIMIT ?2", now, limit_of(limit));
}

Result<void> PickupTable::mark_seen(std::int64_t id, EvidenceTime now) {
    return run(database_, "UPDATE pickup SET seen = ?2, remind = 0 WHERE id = ?1 AND seen = 0", id, now);
}

Result<void> PickupTable::extend(std::int64_t id, EvidenceTime expires, EvidenceTime remind) {
    return run(database_, "UPDATE pickup SET expires = ?2, remind = CASE WHEN seen = 0 THEN ?3 ELSE 0 END WHERE id = ?1", id,
               expires, remind);
}

Result<void> PickupTable::set_reminded(std::int64_t id) { return run(database_, "UPDATE pickup SET remind = 0 WHERE id = ?1", id); }

Result<void> PickupTable::end(std::int64_t id, std::string_view state) {
    auto done = run(database_, "DELETE FROM token WHERE pickup = ?1", id);
    if (done) done = run(database_, "DELETE FROM code WHERE pickup = ?1", id);
    if (done) done = run(database_, "DELETE FROM session WHERE pickup = ?1", id);
    if (done) done = run(database_, "UPDATE pickup SET state = ?2, recipient = NULL, sender = NULL, phone = NULL,"
                                    " message_id = NULL WHERE id = ?1", id, state);
    return done;
}

Result<void> PickupTable::add_token(const SecretHash& token, std::int64_t pickup) {
    return run(database_, "INSERT INTO token (hash, pickup) VALUES (?1, ?2)", Blob(token), pickup);
}

}  // namespace smarttls::store
