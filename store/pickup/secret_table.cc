// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/secret_table.h"

#include <algorithm>

#include "store/pickup/sql.h"

namespace smarttls::store {
namespace {

using policy::ok;

SecretHash hash_in(const Statement& row, int column) {
    SecretHash hash{};
    const auto bytes = row.view(column);
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
    return hash;
}

Result<DeviceRow> read_device(Statement& row) {
    return DeviceRow{hash_in(row, 0), row.text(1), row.text(2), time_at(row, 3)};
}

}  // namespace

Result<void> SecretTable::add(const CodeRow& code) {
    const auto replaced = run(database_, "DELETE FROM code WHERE pickup = ?1 AND factor = ?2 AND once = ?3", code.pickup,
                              code.factor, std::int64_t{code.once});
    if (!replaced) return tl::unexpected(replaced.error());
    const auto note = key_.seal(code.note);
    return run(database_, "INSERT INTO code (pickup, factor, hash, expires, once, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
               code.pickup, code.factor, Blob(code.hash), code.expires, std::int64_t{code.once}, Blob(note));
}

Result<std::vector<CodeRow>> SecretTable::codes_of(std::int64_t pickup, EvidenceTime now) {
    const auto read = [this](Statement& row) -> Result<CodeRow> {
        auto note = key_.open(row.view(7));
        if (!note) return tl::unexpected(note.error());
        return CodeRow{row.integer(0), row.integer(1), row.text(2), hash_in(row, 3), time_at(row, 4), row.integer(5),
                       row.integer(6) != 0, *std::move(note)};
    };
    return select(database_, "SELECT id, pickup, factor, hash, expires, attempts, once, note FROM code"
                             " WHERE pickup = ?1 AND (expires = 0 OR expires > ?2) ORDER BY id", read, pickup, now);
}

Result<void> SecretTable::remove_code(std::int64_t id) { return run(database_, "DELETE FROM code WHERE id = ?1", id); }

Result<void> SecretTable::count_wrong(std::int64_t pickup, std::int64_t most) {
    auto counted = run(database_, "UPDATE code SET attempts = attempts + 1 WHERE pickup = ?1 AND once", pickup);
    if (!counted) return counted;
    return run(database_, "DELETE FROM code WHERE pickup = ?1 AND once AND attempts >= ?2", pickup, most);
}

Result<void> SecretTable::add(const SecretHash& secret, const SessionRow& session) {
    const auto client = key_.seal(session.client);
    return run(database_, "INSERT INTO session (hash, pickup, factor, client, ends) VALUES (?1, ?2, ?3, ?4, ?5)", Blob(secret),
               session.pickup, session.factor, Blob(client), session.ends);
}

Result<std::optional<SessionRow>> SecretTable::session(const SecretHash& secret, EvidenceTime now) {
    const auto read = [this](Statement& row) -> Result<SessionRow> {
        auto client = key_.open(row.view(2));
        if (!client) return tl::unexpected(client.error());
        return SessionRow{row.integer(0), row.text(1), *std::move(client), time_at(row, 3), row.integer(4)};
    };
    return select_one(database_, "SELECT pickup, factor, client, ends, done FROM session WHERE hash = ?1 AND ends > ?2", read,
                      Blob(secret), now);
}

Result<void> SecretTable::mark_done(const SecretHash& secret, std::int64_t bits) {
    return run(database_, "UPDATE session SET done = ?2 WHERE hash = ?1", Blob(secret), bits);
}

Result<void> SecretTable::remove_session(const SecretHash& secret) {
    return run(database_, "DELETE FROM session WHERE hash = ?1", Blob(secret));
}

Result<void> SecretTable::add(const SecretHash& secret, const DeviceRow& device) {
    return run(database_, "INSERT INTO device (hash, address, class, factor, ends) VALUES (?1, ?2, ?3, ?4, ?5)", Blob(secret),
               Blob(device.address), device.class_name, device.factor, device.ends);
}

Result<std::optional<DeviceRow>> SecretTable::device(const SecretHash& secret, EvidenceTime now) {
    return select_one(database_, "SELECT address, class, factor, ends FROM device WHERE hash = ?1 AND ends > ?2", read_device,
                      Blob(secret), now);
}

Result<void> SecretTable::count(const SecretHash& subject, EvidenceTime now) {
    return run(database_, "INSERT INTO attempt (subject, time) VALUES (?1, ?2)", Blob(subject), now);
}

Result<std::int64_t> SecretTable::counted(const SecretHash& subject, EvidenceTime since) {
    auto found = select_one(database_, "SELECT count(*) FROM attempt WHERE subject = ?1 AND time > ?2", read_integer,
                            Blob(subject), since);
    if (!found) return tl::unexpected(found.error());
    return found->value_or(0);
}

Result<void> SecretTable::forget(const SecretHash& subject) {
    return run(database_, "DELETE FROM attempt WHERE subject = ?1", Blob(subject));
}

Result<void> SecretTable::sweep(EvidenceTime now, EvidenceTime since) {
    auto done = run(database_, "DELETE FROM session WHERE ends <= ?1", now);
    if (done) done = run(database_, "DELETE FROM device WHERE ends <= ?1", now);
    if (done) done = run(database_, "DELETE FROM code WHERE expires > 0 AND expires <= ?1", now);
    if (done) done = run(database_, "DELETE FROM attempt WHERE time <= ?1", since);
    return done;
}

}  // namespace smarttls::store
