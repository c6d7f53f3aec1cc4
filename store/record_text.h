// SPDX-License-Identifier: Apache-2.0
//
// How a record of evidence is written down, in canonical JSON: names in the order of their bytes, no white space,
// integers only, UTF-8 (a byte that is none is taken for Latin-1). Members have the names of EN 319 522-3
// (EvidenceType) where one fits; what is empty is left out.
//
//     RecordTexts texts = write_record(record, id, issuer);      // facts, then the message and each recipient
//     Result<EvidenceRecord> record = read_facts(facts);
//     Result<void> done = read_message(texts.parts[0], *record);
//     Result<RecipientEvidence> one = read_recipient(texts.parts[1]);
//
// The facts are clear and hold nothing personal: event, time, class, queue id, outcome, floor. A negative event names
// its reasons by URIs (standards: EN 319 522 knows failures apart by their reason alone). Verdicts of the engine stand
// beside the record, once each, and the part names one by its SHA-256.
// Threads: pure functions. Errors: Corrupt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/evidence.h"
#include "store/sealing/sealed_record.h"

namespace smarttls::store {

inline constexpr std::string_view kRecordVersion = "EN319522v1.2.1";
inline constexpr std::string_view kEventUri = "http://uri.etsi.org/19522/Event/";  // EN 319 522-3 Table 2
inline constexpr std::string_view kOwnEventUri = "urn:x-smarttls:event:";
inline constexpr std::string_view kReasonUri = "urn:x-smarttls:reason:";

struct RecordTexts {
    std::string facts;
    std::vector<std::string> parts;  // the message, then its recipients in their order
};

/// `issuer`: the log's origin.
[[nodiscard]] RecordTexts write_record(const EvidenceRecord& record, const RecordId& id, std::string_view issuer);

/// The clear side of a record: everything else is missing.
[[nodiscard]] Result<EvidenceRecord> read_facts(std::string_view facts);
[[nodiscard]] Result<void> read_message(std::string_view text, EvidenceRecord& record);
/// Without its verdict; the SHA-256 of that, in hex, stands in `verdict_json`.
[[nodiscard]] Result<RecipientEvidence> read_recipient(std::string_view text);

/// Among EN 319 522's own, or one of ours.
[[nodiscard]] std::string event_uri(std::string_view event);

/// The same text, valid: a byte that is no UTF-8 as the code point of that number.
[[nodiscard]] std::string utf8_of(std::string_view text);

/// "2026-11-23T16:30:00.123Z" (RFC 3339).
[[nodiscard]] std::string rfc3339(EvidenceTime time);

}  // namespace smarttls::store
