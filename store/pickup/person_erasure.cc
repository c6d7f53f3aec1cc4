// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/person_erasure.h"

#include "policy/text.h"
#include "store/pickup/pickup_table.h"
#include "store/pickup/sql.h"

namespace smarttls::store {
namespace {

/// The hashes under which an address may stand: as it was written in this order, and in lower case.
struct Hashes {
    SecretHash written;
    SecretHash lower;
};

constexpr std::string_view kPickups = "SELECT id, recipient FROM pickup WHERE recipient IS NOT NULL OR address IN (?1, ?2)";
constexpr std::string_view kForget = "UPDATE pickup SET address = randomblob(32) WHERE id = ?1";
constexpr std::string_view kForgetMail = "DELETE FROM mail WHERE pickup = ?1 AND state <> 'sent'";
constexpr std::string_view kCountOthers =
    "SELECT (SELECT count(*) FROM device WHERE address IN (?1, ?2)) + (SELECT count(*) FROM phone WHERE address IN (?1, ?2))";

Result<std::int64_t> read_number(Statement& row) { return row.integer(0); }

Hashes hashes_of(const PortalKey& key, const std::string& address) {
    return Hashes{key.hash(Secret::Address, address), key.hash(Secret::Address, policy::to_lower(address))};
}

}  // namespace

Result<std::vector<std::int64_t>> PersonTable::pickups_of(const Whom& whom) {
    if (!whom.queue_id.empty()) {
        return select(database_, "SELECT id FROM pickup WHERE queue_id = ?1 AND state <> 'erased'", read_number, whom.queue_id);
    }
    const auto hashes = hashes_of(key_, whom.address);
    const auto read = [&](Statement& row) -> Result<std::int64_t> {
        if (row.is_null(1)) return row.integer(0);  // ended: its hash is his
        const auto recipient = key_.open(row.view(1));
        if (!recipient) return tl::unexpected(recipient.error());
        return policy::equal_ignoring_case(*recipient, whom.address) ? row.integer(0) : std::int64_t{0};
    };
    auto ids = select(database_, kPickups, read, Blob(hashes.written), Blob(hashes.lower));
    if (ids) std::erase(*ids, 0);
    return ids;
}

Result<PersonCount> PersonTable::count(const Whom& whom) {
    const auto hashes = hashes_of(key_, whom.address);
    const auto pickups = pickups_of(whom);
    if (!pickups) return tl::unexpected(pickups.error());
    const auto others = select_one(database_, kCountOthers, read_number, Blob(hashes.written), Blob(hashes.lower));
    if (!others) return tl::unexpected(others.error());
    return PersonCount{static_cast<std::int64_t>(pickups->size()), others->value_or(0)};
}

Result<PersonCount> PersonTable::erase(const Whom& whom) {
    const auto counted = count(whom);
    const auto pickups = pickups_of(whom);
    if (!counted || !pickups) return counted ? tl::unexpected(pickups.error()) : counted;
    PickupTable table(database_, key_);
    Result<void> done = policy::ok();
    for (const std::int64_t id : *pickups) {
        done = table.end(id, "erased");
        if (done) done = run(database_, kForget, id);
        if (done) done = run(database_, kForgetMail, id);
        if (!done) return tl::unexpected(done.error());
    }
    const auto hashes = hashes_of(key_, whom.address);
    done = MessageTable(database_).end_unwanted();
    if (done) done = run(database_, "DELETE FROM device WHERE address IN (?1, ?2)", Blob(hashes.written), Blob(hashes.lower));
    if (done) done = run(database_, "DELETE FROM phone WHERE address IN (?1, ?2)", Blob(hashes.written), Blob(hashes.lower));
    if (!done) return tl::unexpected(done.error());
    return counted;
}

}  // namespace smarttls::store
