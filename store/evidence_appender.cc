// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_appender.h"

#include "store/event_feed.h"
#include "store/evidence_table.h"
#include "store/message_keys.h"

namespace smarttls::store {

Result<std::vector<std::int64_t>> append_evidence(const policy::StoreSettings& settings,
                                                  std::span<const EvidenceRecord> records) {
    auto table = EvidenceTable::join(settings.evidence);
    if (!table) return tl::unexpected(table.error());
    const auto preparer = RecordPreparer::open(settings);
    if (!preparer) return tl::unexpected(preparer.error());
    std::vector<PreparedRecord> prepared;
    for (const EvidenceRecord& record : records) {
        auto one = preparer->prepare(record);
        if (!one) return tl::unexpected(one.error());
        prepared.push_back(*std::move(one));
    }
    std::vector<const SealedRecord*> sealed;
    std::vector<const PreparedRecord*> pointers;
    for (const PreparedRecord& one : prepared) {
        sealed.push_back(&one.sealed);
        pointers.push_back(&one);
    }
    auto keys = MessageKeys::join(settings.message_keys);
    if (!keys) return tl::unexpected(keys.error());
    if (auto kept = keys->append({}, sealed); !kept) return tl::unexpected(kept.error());
    auto ids = table->append(pointers);
    // What the feed does not take is in the evidence all the same.
    if (ids) static_cast<void>(EventFeed(settings.events).tell(pointers, *ids));
    return ids;
}

}  // namespace smarttls::store
