// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_bundle.h"

#include <algorithm>
#include <string>

#include "store/evidence_log.h"
#include "store/record_text.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::ok;

void take_verdict(const RevealedPart& part, std::size_t number, const std::string& text, Bundle& bundle) {
    if (number == 0 || text.empty()) return;
    const auto recipient = read_recipient(part.opened.plaintext);
    if (recipient && !recipient->verdict_json.empty()) bundle.verdicts.emplace(recipient->verdict_json, text);
}

BundlePart part_of(const PartStub& stub, RevealedPart& revealed, ExportedBundle& exported) {
    if (revealed.shown == Shown::Clear) {
        ++exported.readable;
        return {stub.digest, PartContent{std::move(revealed.opened.plaintext), revealed.opened.salt}};
    }
    ++(revealed.shown == Shown::Sealed ? exported.sealed : exported.erased);
    return {stub.digest, ErasedPart{stub.commitment}};
}

Result<void> add_record(std::int64_t id, const ReadNode& read, std::uint64_t size, EvidenceReader& reader,
                        ExportedBundle& exported) {
    auto stored = reader.load(id);
    if (!stored) return tl::unexpected(stored.error());
    if (!*stored) return fail(ErrorKind::Permanent, "it is not there");
    auto revealed = reader.open_parts(**stored);
    if (!revealed) return tl::unexpected(revealed.error());
    const auto index = static_cast<std::uint64_t>(id) - 1;
    auto proof = inclusion_proof({index, size}, read);
    if (!proof) return tl::unexpected(proof.error());
    BundleRecord record{index, *(*stored)->evidence.identifier, (*stored)->facts, {}, *std::move(proof)};
    for (std::size_t number = 0; number < revealed->size(); ++number) {
        RevealedPart& part = (*revealed)[number];
        if (part.shown == Shown::Clear) take_verdict(part, number, (*stored)->verdicts[number], exported.bundle);
        record.parts.push_back(part_of((*stored)->parts[number].stub, part, exported));
    }
    exported.bundle.records.push_back(std::move(record));
    return ok();
}

}  // namespace

Result<ExportedBundle> bundle_of(std::vector<std::int64_t> ids, const StoredCheckpoint& checkpoint,
                                 EvidenceReader& reader, Database& database) {
    std::sort(ids.begin(), ids.end());
    const ReadNode read = [&](std::uint64_t position) { return node_at(database, position); };
    ExportedBundle exported;
    exported.bundle.checkpoint = checkpoint.note;
    exported.bundle.timestamp = checkpoint.token;
    for (const std::int64_t id : ids) {
        const std::string context = "record " + std::to_string(id);
        if (static_cast<std::uint64_t>(id) > checkpoint.size) {
            return fail(ErrorKind::Permanent, context + ": the checkpoint does not cover it");
        }
        if (auto added = add_record(id, read, checkpoint.size, reader, exported); !added) return because(added, context);
    }
    return exported;
}

}  // namespace smarttls::store
