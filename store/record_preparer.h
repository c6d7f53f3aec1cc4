// SPDX-License-Identifier: Apache-2.0
//
// RecordPreparer: makes of a record what is written of it, in the thread of whoever has it to tell: texts, encryption,
// what it is found by. What needs the database is left to its one writer.
//
//     Result<RecordPreparer> preparer = RecordPreparer::open(settings);
//     Result<PreparedRecord> prepared = preparer->prepare(std::move(record));
//
// Threads: any. Errors: those of the keys (sealing/).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/config.h"
#include "store/evidence.h"
#include "store/evidence_schema.h"
#include "store/sealing/address_key.h"
#include "store/sealing/sealed_record.h"
#include "store/sealing/sealing_keys.h"

namespace smarttls::store {

/// What stands in clear beside a part, until it is erased.
struct PartIndex {
    AddressHash address{};  // of the sender, or of the recipient
    AddressHash exact{};    // the same, byte for byte
    std::string domain;
    std::string outcome;
    std::string floor;
};

struct PreparedRecord {
    EvidenceRecord record;  // with what begins to exist with it
    SealedRecord sealed;
    std::vector<PartIndex> parts;                           // as many as in `sealed`
    std::vector<std::pair<TermKind, std::string>> terms;    // by which it is found
    std::vector<AddressHash> notice_keys;                   // one for each notice: of what it is about
    std::vector<std::uint8_t> leaf;                         // entry of the log
};

/// One for the message, then one for each recipient.
[[nodiscard]] std::vector<PartIndex> indexes_of(const EvidenceRecord& record, const AddressKey& addresses);

/// By what a record is found: sorted, each once, so that the rows of one record stand together where they share a page.
[[nodiscard]] std::vector<std::pair<TermKind, std::string>> terms_of(const EvidenceRecord& record,
                                                                     const std::vector<PartIndex>& parts);

class RecordPreparer {
  public:
    /// The key of addresses is created when it is missing. There has to be a public key.
    [[nodiscard]] static Result<RecordPreparer> open(const policy::StoreSettings& settings);

    [[nodiscard]] Result<PreparedRecord> prepare(EvidenceRecord record) const;
    [[nodiscard]] const AddressKey& addresses() const { return addresses_; }

  private:
    RecordPreparer(AddressKey addresses, std::unique_ptr<SealingKeys> keys, std::string issuer)
        : addresses_(addresses), keys_(std::move(keys)), issuer_(std::move(issuer)) {}

    AddressKey addresses_;
    std::unique_ptr<SealingKeys> keys_;
    std::string issuer_;
};

/// The name of the log: [store] log-origin; without it that of its key (who may read it); before there is a key, one that
/// is made of the machine's name. A machine may so be renamed.
[[nodiscard]] std::string log_origin(const policy::StoreSettings& settings);

}  // namespace smarttls::store
