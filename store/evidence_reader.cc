// SPDX-License-Identifier: Apache-2.0
#include "store/evidence_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>

#include "store/evidence_schema.h"
#include "store/migrations.h"
#include "store/record_text.h"

namespace smarttls::store {
namespace {

using policy::because;
using policy::ok;

constexpr std::string_view kSelectRecord = "SELECT uuid, facts FROM record WHERE id = ?1";
constexpr std::string_view kSelectParts =
    "SELECT p.digest, p.commitment, p.address, p.domain, p.outcome, p.floor, p.content, v.json"
    " FROM part p LEFT JOIN verdict v ON v.id = p.verdict WHERE p.record = ?1 ORDER BY p.number";
constexpr std::string_view kByQueueId =
    "SELECT record FROM segment s CROSS JOIN term t ON t.segment = s.number WHERE kind = ?1 AND value = ?2"
    " ORDER BY s.number, time, record";

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

/// Records stay strictly before this point in the order of (time, id).
using Point = std::pair<std::int64_t, std::int64_t>;

std::int64_t milliseconds(EvidenceTime time) {
    return time.time_since_epoch().count();
}

Point end_of(const EvidenceQuery& query, Point page) {
    if (!query.until) return page;
    return std::min(page, Point{milliseconds(*query.until), kEarliest});
}

template <std::size_t kSize>
Result<std::array<std::uint8_t, kSize>> bytes_at(const Statement& row, int column) {
    std::array<std::uint8_t, kSize> bytes{};
    const auto blob = row.blob(column);
    if (blob.size() != kSize && !blob.empty()) return policy::fail(policy::ErrorKind::Corrupt, "a hash has a wrong size");
    std::copy(blob.begin(), blob.end(), bytes.begin());
    return bytes;
}

Result<void> read_part(const Statement& row, EvidenceReader::Stored& stored) {
    const auto digest = bytes_at<sizeof(Hash)>(row, 0);
    const auto commitment = bytes_at<sizeof(Hash)>(row, 1);
    const auto address = bytes_at<sizeof(AddressHash)>(row, 2);
    if (!digest || !commitment) return tl::unexpected((digest ? commitment : digest).error());
    if (!address) return tl::unexpected(address.error());
    stored.parts.push_back({{*digest, *commitment}, row.blob(6)});
    stored.index.push_back({*address, {}, row.text(3), row.text(4), row.text(5)});
    stored.verdicts.push_back(row.text(7));
    return ok();
}

Result<void> bind_candidates(Statement& statement, const std::vector<std::string>& terms,
                             std::int64_t since, Point end) {
    if (auto bound = statement.bind_all(since, end.first, end.second); !bound) return bound;
    int index = 3;
    for (const std::string& term : terms) {
        if (auto bound = statement.bind_blob(++index, bytes_of(term)); !bound) return bound;
    }
    return ok();
}

}  // namespace

Result<EvidenceReader> EvidenceReader::open(const policy::StoreSettings& settings, const std::string& private_keys) {
    constexpr std::string_view kContext = "cannot read evidence";
    Result<Database> database = Database::open(settings.evidence, OpenMode::ReadOnly);
    if (!database) return because(database, kContext);
    const std::size_t version = evidence_migrations().size();
    if (auto same = require_version(*database, version); !same) {
        return because(same, "cannot read evidence database " + settings.evidence);
    }
    Result<Statement> record = database->prepare(kSelectRecord);
    if (!record) return because(record, kContext);
    Result<Statement> parts = database->prepare(kSelectParts);
    if (!parts) return because(parts, kContext);
    auto opener = RecordOpener::open(settings.message_keys, private_keys);
    if (!opener) return because(opener, kContext);
    std::optional<AddressKey> addresses;
    if (const auto key = AddressKey::load(settings.address_key)) addresses = *key;
    return EvidenceReader(*std::move(database), {*std::move(record), *std::move(parts)}, addresses,
                          *std::move(opener));
}

Result<std::vector<StoredEvidence>> EvidenceReader::by_queue_id(std::string_view queue_id) {
    const std::string context = "while looking for a queue id";
    Result<Statement> candidates = database_.prepare(kByQueueId);
    if (!candidates) return because(candidates, context);
    auto bound = candidates->bind(1, static_cast<std::int64_t>(TermKind::QueueId));
    if (bound) bound = candidates->bind_blob(2, bytes_of(queue_id));
    if (!bound) return because(bound, context);
    return collect(*candidates, EvidenceQuery{}, {}, std::numeric_limits<std::size_t>::max());
}

Result<std::optional<StoredEvidence>> EvidenceReader::by_id(std::int64_t id) {
    auto stored = load(id);
    if (!stored) return because(stored, "while reading evidence");
    if (!*stored) return std::optional<StoredEvidence>{};
    auto evidence = reveal(**std::move(stored));
    if (!evidence) return because(evidence, "while reading evidence");
    return std::optional(*std::move(evidence));
}

Result<std::vector<StoredEvidence>> EvidenceReader::search(const EvidenceQuery& query,
                                                           std::size_t limit,
                                                           std::optional<std::int64_t> before_id) {
    const std::string context = "while searching evidence";
    Point page{kLatest, kLatest};
    if (before_id) {
        const auto before = load(*before_id);
        if (!before) return because(before, context);
        if (!*before) return std::vector<StoredEvidence>{};
        page = {milliseconds((*before)->evidence.record.time), *before_id};
    }
    const auto address = hash_of(query.address);
    if (!address) return because(address, context);
    const CandidateQuery narrowed = candidate_query(query, *address);
    Result<Statement> candidates = database_.prepare(narrowed.sql);
    if (!candidates) return because(candidates, context);
    const std::int64_t since = query.since ? milliseconds(*query.since) : kEarliest;
    auto bound = bind_candidates(*candidates, narrowed.terms, since, end_of(query, page));
    if (!bound) return because(bound, context);
    return collect(*candidates, query, *address, limit);
}

Result<AddressHash> EvidenceReader::hash_of(const std::string& address) const {
    if (address.empty()) return AddressHash{};
    if (addresses_) return addresses_->hash(address);
    return policy::fail(policy::ErrorKind::Misconfigured,
                        "the key of addresses ([store] address-key) is not there or not ours to read: an address"
                        " cannot be searched for");
}

Result<std::vector<StoredEvidence>> EvidenceReader::collect(Statement& candidates, const EvidenceQuery& query,
                                                            const AddressHash& address, std::size_t limit) {
    std::vector<StoredEvidence> found;
    while (found.size() < limit) {
        const Result<bool> row = candidates.step();
        if (!row) return because(row, "while searching evidence");
        if (!*row) break;
        auto stored = load(candidates.integer(0));
        if (!stored) return because(stored, "while reading evidence");
        if (!*stored) continue;
        const IndexedRecord indexed{(*stored)->evidence.record, (*stored)->index};
        if (!concerns(query, address, indexed)) continue;
        (*stored)->evidence.concerned = concerned_recipients(query, address, indexed);
        auto evidence = reveal(**std::move(stored));
        if (!evidence) return because(evidence, "while reading evidence");
        found.push_back(*std::move(evidence));
    }
    return found;
}

Result<std::optional<EvidenceReader::Stored>> EvidenceReader::load(std::int64_t id) {
    select_.record.reset();
    if (auto bound = select_.record.bind(1, id); !bound) return because(bound, "id");
    const Result<bool> row = select_.record.step();
    if (!row) return because(row, "record");
    if (!*row) return std::optional<Stored>{};
    Stored stored;
    const auto identifier = bytes_at<sizeof(RecordId)>(select_.record, 0);
    if (identifier) stored.evidence.identifier = *identifier;
    stored.facts = select_.record.text(1);
    select_.record.reset();  // an open row would keep the log from being emptied
    auto facts = read_facts(stored.facts);
    if (!facts) return because(facts, "record " + std::to_string(id));
    stored.evidence.id = id;
    stored.evidence.record = *std::move(facts);
    if (auto loaded = load_parts(stored); !loaded) return because(loaded, "record " + std::to_string(id));
    return std::optional(std::move(stored));
}

Result<void> EvidenceReader::load_parts(Stored& stored) {
    select_.parts.reset();
    if (auto bound = select_.parts.bind(1, stored.evidence.id); !bound) return bound;
    Result<bool> row = select_.parts.step();
    Result<void> read = ok();
    for (; row && *row && read; row = select_.parts.step()) read = read_part(select_.parts, stored);
    select_.parts.reset();
    if (!row) return because(row, "while reading");
    return read;
}

Result<std::vector<RevealedPart>> EvidenceReader::open_parts(const Stored& stored) {
    if (!stored.evidence.identifier) return policy::fail(policy::ErrorKind::Corrupt, "a record has no identifier");
    return opener_.read(*stored.evidence.identifier, stored.parts);
}

Result<StoredEvidence> EvidenceReader::reveal(Stored stored) {
    const auto contents = open_parts(stored);
    if (!contents) return tl::unexpected(contents.error());
    EvidenceRecord& record = stored.evidence.record;
    for (std::size_t number = 0; number < contents->size(); ++number) {
        const RevealedPart& content = (*contents)[number];
        const bool is_clear = content.shown == Shown::Clear;
        if (number == 0) {
            record.shown = content.shown;
            if (!is_clear) continue;
            if (auto read = read_message(content.opened.plaintext, record); !read) return tl::unexpected(read.error());
            continue;
        }
        RecipientEvidence one;
        if (is_clear) {
            auto read = read_recipient(content.opened.plaintext);
            if (!read) return tl::unexpected(read.error());
            one = *std::move(read);
        } else {
            const PartIndex& index = stored.index[number];
            one = {.address = {}, .domain = index.domain, .outcome = index.outcome, .rule = {}, .explanation = {},
                   .verdict_json = {}, .floor = index.floor, .shown = content.shown};
        }
        one.verdict_json = stored.verdicts[number];
        record.recipients.push_back(std::move(one));
    }
    return std::move(stored.evidence);
}

}  // namespace smarttls::store
