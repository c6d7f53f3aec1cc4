// SPDX-License-Identifier: Apache-2.0
#include "store/pickup/phone_table.h"

#include "policy/text.h"
#include "store/pickup/sql.h"

namespace smarttls::store {

SecretHash PhoneTable::hash_of(const std::string& address) const {
    return key_.hash(Secret::Address, policy::to_lower(address));
}

Result<void> PhoneTable::set(const PhoneRow& phone) {
    const SecretHash hash = hash_of(phone.address);
    const auto owner = key_.seal(phone.address);
    const auto number = key_.seal(phone.number);
    return run(database_, "INSERT INTO phone (address, owner, number) VALUES (?1, ?2, ?3)"
                          " ON CONFLICT DO UPDATE SET owner = excluded.owner, number = excluded.number",
               Blob(hash), Blob(owner), Blob(number));
}

Result<bool> PhoneTable::remove(const std::string& address) {
    auto gone = select_one(database_, "DELETE FROM phone WHERE address = ?1 RETURNING 1", read_integer, Blob(hash_of(address)));
    if (!gone) return tl::unexpected(gone.error());
    return gone->has_value();
}

Result<std::string> PhoneTable::find(const std::string& address) {
    const auto read = [this](Statement& row) { return key_.open(row.view(0)); };
    const SecretHash hash = hash_of(address);
    auto found = select_one(database_, "SELECT number FROM phone WHERE address = ?1", read, Blob(hash));
    if (!found) return tl::unexpected(found.error());
    return found->value_or(std::string());
}

Result<std::vector<PhoneRow>> PhoneTable::all() {
    const auto read = [this](Statement& row) -> Result<PhoneRow> {
        auto address = key_.open(row.view(0));
        if (!address) return tl::unexpected(address.error());
        auto number = key_.open(row.view(1));
        if (!number) return tl::unexpected(number.error());
        return PhoneRow{*std::move(address), *std::move(number)};
    };
    return select(database_, "SELECT owner, number FROM phone", read);
}

}  // namespace smarttls::store
