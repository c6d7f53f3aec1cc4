// SPDX-License-Identifier: Apache-2.0
#include "store/content_audit.h"

#include <optional>
#include <utility>

#include "policy/text.h"
#include "store/evidence_reader.h"
#include "store/evidence_schema.h"
#include "store/record_text.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kHasTerm =
    "SELECT 1 FROM term WHERE segment = (SELECT number FROM segment WHERE start <= ?3 ORDER BY start DESC LIMIT 1)"
    " AND kind = ?1 AND value = ?2 AND time = ?3 AND record = ?4";
constexpr std::string_view kTime = "SELECT time FROM record WHERE id = ?1";

std::string_view name_of(TermKind kind) {
    switch (kind) {
        case TermKind::Class: return "class";
        case TermKind::Domain: return "domain";
        case TermKind::Address: return "address";
        case TermKind::QueueId: return "queue id";
        case TermKind::Outcome: return "outcome";
        case TermKind::Event: break;
    }
    return "event";
}

class Contents {
  public:
    Contents(EvidenceReader reader, Database database, Statement has_term, Statement time, std::optional<AddressKey> addresses)
        : reader_(std::move(reader)),
          database_(std::move(database)),
          has_term_(std::move(has_term)),
          time_(std::move(time)),
          addresses_(addresses) {
        audit_.knows_addresses = addresses_.has_value();
    }

    Result<ContentAudit> run(std::uint64_t records) && {
        for (std::uint64_t id = 1; id <= records; ++id) {
            name_ = "record " + std::to_string(id);
            if (auto looked = look(static_cast<std::int64_t>(id)); !looked) return tl::unexpected(looked.error());
        }
        return std::move(audit_);
    }

  private:
    using Stored = EvidenceReader::Stored;

    void wrong(const std::string& sentence) { audit_.mistakes.add(name_ + ": " + sentence); }

    /// What is damaged is found; what cannot be read ends it all.
    template <class T>
    Result<void> damaged(const Result<T>& result) {
        if (result.error().kind != policy::ErrorKind::Corrupt) return because(result, name_);
        wrong(result.error().what);
        return ok();
    }

    Result<void> look(std::int64_t id) {
        const auto stored = reader_.load(id);
        if (!stored) return damaged(stored);
        if (!*stored) return ok();  // the log tells that it is missing
        const auto revealed = reader_.open_parts(**stored);
        if (!revealed) return damaged(revealed);
        EvidenceRecord record = (*stored)->evidence.record;
        std::vector<PartIndex> truth = (*stored)->index;
        for (std::size_t number = 0; number < revealed->size(); ++number) {
            auto compared = look_at_part(**stored, number, (*revealed)[number], truth[number]);
            if (!compared) return compared;
        }
        return look_at_terms(id, record, truth);
    }

    /// `truth`: the index as the part says it should be.
    Result<void> look_at_part(const Stored& stored, std::size_t number, const RevealedPart& part, PartIndex& truth) {
        if (part.shown == Shown::Sealed) ++audit_.sealed;
        if (part.shown == Shown::Erased) ++audit_.erased;
        if (part.shown != Shown::Clear) return ok();
        ++audit_.opened;
        EvidenceRecord said;
        std::string verdict;
        if (number == 0) {
            if (auto read = read_message(part.opened.plaintext, said); !read) return damaged(read);
        } else {
            auto read = read_recipient(part.opened.plaintext);
            if (!read) return damaged(read);
            verdict = std::exchange(read->verdict_json, {});
            said.recipients.push_back(*std::move(read));
        }
        compare_index(said, number, truth);
        compare_verdict(verdict, stored.verdicts[number], number);
        return ok();
    }

    /// Of a message without recipients, or of one recipient; without the key, with the address that stands there.
    [[nodiscard]] PartIndex index_of(const EvidenceRecord& said, const AddressHash& address) const {
        if (addresses_) return indexes_of(said, *addresses_).back();
        if (said.recipients.empty()) return {address, {}, {}, {}, {}};
        const RecipientEvidence& one = said.recipients.front();
        return {address, {}, policy::to_lower(one.domain), one.outcome, one.floor};
    }

    void compare_index(const EvidenceRecord& said, std::size_t number, PartIndex& index) {
        const std::string part = "part " + std::to_string(number);
        PartIndex truth = index_of(said, index.address);
        const auto compare = [&](std::string_view what, const std::string& is, const std::string& should) {
            if (is == should) return;
            wrong(part + " says " + std::string(what) + " " + policy::quote(should) + ", and the column beside it " + policy::quote(is));
        };
        compare("domain", index.domain, truth.domain);
        compare("outcome", index.outcome, truth.outcome);
        compare("floor", index.floor, truth.floor);
        if (index.address != truth.address) wrong(part + " is about another address than the column beside it");
        index = std::move(truth);
    }

    void compare_verdict(const std::string& named, const std::string& text, std::size_t number) {
        const std::string is = text.empty() ? std::string() : to_hex(sha256(bytes_of(text)));
        if (is == named) return;
        wrong("part " + std::to_string(number) + (text.empty() ? " names a verdict, which is missing" : " names another verdict than stands with it"));
    }

    Result<void> look_at_terms(std::int64_t id, const EvidenceRecord& record, const std::vector<PartIndex>& truth) {
        const std::int64_t time = record.time.time_since_epoch().count();
        time_.reset();
        auto row = time_.bind(1, id) ? time_.step() : Result<bool>(false);
        if (!row) return because(row, name_);
        if (*row && time_.integer(0) != time) wrong("its facts say another time than the column beside them");
        time_.reset();
        const std::string no_address(sizeof(AddressHash), '\0');  // as the column of an erased part is read
        for (const auto& [kind, value] : terms_of(record, truth)) {
            if (kind == TermKind::Address && value == no_address) continue;
            const auto found = has_term(kind, value, time, id);
            if (!found) return because(found, name_);
            if (!*found) wrong("a search by its " + std::string(name_of(kind)) + " does not find it");
        }
        return ok();
    }

    Result<bool> has_term(TermKind kind, const std::string& value, std::int64_t time, std::int64_t id) {
        has_term_.reset();
        auto bound = has_term_.bind(1, static_cast<std::int64_t>(kind));
        if (bound) bound = has_term_.bind_blob(2, bytes_of(value));
        if (bound) bound = has_term_.bind(3, time);
        if (bound) bound = has_term_.bind(4, id);
        if (!bound) return tl::unexpected(bound.error());
        auto row = has_term_.step();
        has_term_.reset();  // an open row would keep the write-ahead log from being emptied
        return row;
    }

    EvidenceReader reader_;
    Database database_;
    Statement has_term_;
    Statement time_;
    std::optional<AddressKey> addresses_;
    std::string name_;
    ContentAudit audit_;
};

}  // namespace

Result<ContentAudit> audit_content(const policy::StoreSettings& settings, const std::string& private_keys,
                                   std::uint64_t records) {
    auto reader = EvidenceReader::open(settings, private_keys);
    if (!reader) return tl::unexpected(reader.error());
    auto database = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!database) return tl::unexpected(database.error());
    auto has_term = database->prepare(kHasTerm);
    if (!has_term) return tl::unexpected(has_term.error());
    auto time = database->prepare(kTime);
    if (!time) return tl::unexpected(time.error());
    std::optional<AddressKey> addresses;
    if (const auto key = AddressKey::load(settings.address_key)) addresses = *key;
    return Contents(*std::move(reader), *std::move(database), *std::move(has_term), *std::move(time), addresses).run(records);
}

}  // namespace smarttls::store
