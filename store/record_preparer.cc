// SPDX-License-Identifier: Apache-2.0
#include "store/record_preparer.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "store/log/note_key.h"
#include "store/record_text.h"
#include "store/sealing/record_id.h"

namespace smarttls::store {
namespace {

std::string text_of(const AddressHash& hash) { return {hash.begin(), hash.end()}; }

}  // namespace

std::vector<PartIndex> indexes_of(const EvidenceRecord& record, const AddressKey& addresses) {
    std::vector<PartIndex> parts{{addresses.hash(record.sender), addresses.exact(record.sender), {}, {}, {}}};
    for (const RecipientEvidence& one : record.recipients) {
        parts.push_back({addresses.hash(one.address), addresses.exact(one.address), policy::to_lower(one.domain), one.outcome, one.floor});
    }
    return parts;
}

std::vector<std::pair<TermKind, std::string>> terms_of(const EvidenceRecord& record,
                                                       const std::vector<PartIndex>& parts) {
    std::vector<std::pair<TermKind, std::string>> terms{{TermKind::Class, record.class_name},
                                                        {TermKind::QueueId, record.queue_id},
                                                        {TermKind::QueueId, record.successor},
                                                        {TermKind::Event, record.event},
                                                        {TermKind::Outcome, record.outcome}};
    for (const PartIndex& part : parts) {
        terms.emplace_back(TermKind::Address, text_of(part.address));
        terms.emplace_back(TermKind::Domain, part.domain);
        terms.emplace_back(TermKind::Outcome, part.outcome);
    }
    std::erase_if(terms, [](const auto& term) { return term.second.empty(); });
    for (auto& [kind, value] : terms) value = term_value(kind, value);
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    return terms;
}

std::string log_origin(const policy::StoreSettings& settings) {
    if (!settings.log_origin.empty()) return settings.log_origin;
    const std::filesystem::path key(settings.log_key);
    if (const auto signer = load_signer(key.parent_path().string(), key.filename().string())) return signer->verifier().name();
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost/smarttls-milter";
    return std::string(name.data()) + "/smarttls-milter";
}

Result<RecordPreparer> RecordPreparer::open(const policy::StoreSettings& settings) {
    auto addresses = AddressKey::load_or_create(settings.address_key);
    if (!addresses) return tl::unexpected(addresses.error());
    auto keys = std::make_unique<SealingKeys>(settings.public_keys);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (auto key = keys->for_time(now); !key) return tl::unexpected(key.error());
    return RecordPreparer(*addresses, std::move(keys), log_origin(settings));
}

Result<PreparedRecord> RecordPreparer::prepare(EvidenceRecord record) const {
    // By the clock and not by the record: whoever tells of what was long ago seals with the key of today.
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto key = keys_->wrapping_for(std::chrono::floor<std::chrono::seconds>(now));
    if (!key) return tl::unexpected(key.error());
    const RecordId id = create_record_id(now);
    RecordTexts texts = write_record(record, id, issuer_);
    SealedRecord sealed = seal_record(id, std::move(texts.facts), texts.parts, **key);
    std::vector<PartIndex> parts = indexes_of(record, addresses_);
    auto terms = terms_of(record, parts);
    std::vector<AddressHash> notice_keys;
    if (record.registration) {
        for (const Notice& notice : record.registration->notices) notice_keys.push_back(addresses_.exact(notice.about));
    }
    auto leaf = record_entry(id, sealed.facts, stubs_of(sealed));
    return PreparedRecord{std::move(record), std::move(sealed), std::move(parts), std::move(terms),
                          std::move(notice_keys), std::move(leaf)};
}

}  // namespace smarttls::store
