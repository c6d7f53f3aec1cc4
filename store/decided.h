// SPDX-License-Identifier: Apache-2.0
//
// Decided: what was decided about a message that the MTA now tells something about, by what stands in clear in the
// evidence: no private key is needed.
//
//     Result<Decided> decided = Decided::open(settings);
//     Result<std::optional<Decision>> found = decided->find(queue_id, {recipient, original}, time);
//
// Mail that the MTA carries on under another queue id (an alias, a requeue) is found under that, once the
// record that says so is kept (EvidenceRecord::successor). A queue id that was used again means the latest message before
// `time`. Ownership: owns a read-only connection. Threads: one. Errors: those of SQLite and of the evidence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"
#include "store/sealing/address_key.h"
#include "store/sqlite.h"

namespace smarttls::store {

struct Decision {
    std::string class_name;
    std::string floor;  // of the message, or the lower one of this recipient
    EvidenceTime time{};
};

class Decided {
  public:
    [[nodiscard]] static Result<Decided> open(const policy::StoreSettings& settings);

    /// `addresses`: by which the recipient may be known; nothing for mail of no class.
    [[nodiscard]] Result<std::optional<Decision>> find(const std::string& queue_id,
                                                       const std::vector<std::string>& addresses, EvidenceTime time);
    /// The position that was kept for the log `source`; empty when none was.
    [[nodiscard]] Result<std::string> position(const std::string& source);

  private:
    Decided(Database database, AddressKey addresses, Statement records, Statement floors)
        : database_(std::move(database)),
          addresses_(addresses),
          records_(std::move(records)),
          floors_(std::move(floors)) {}
    Result<std::string> lower_floor(std::int64_t record, const std::vector<std::string>& addresses);

    Database database_;
    AddressKey addresses_;
    Statement records_;
    Statement floors_;
};

}  // namespace smarttls::store
