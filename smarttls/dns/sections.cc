// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/sections.h"

#include <stdbool.h>  // first: else ldns/common.h makes bool a macro, in C++ too

#include <ldns/ldns.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace smarttls::engine {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::ok;
using policy::Result;
using Wire = std::span<const std::uint8_t>;

constexpr std::uint16_t kExtendedError = 15;  // RFC 8914 §2
constexpr std::size_t kMostExtendedErrors = 8;

struct KeptType {
    ldns_rr_type type;
    std::size_t least_fields;  // ldns leaves out fields for which RDATA has no bytes
};

constexpr std::array kKeptTypes{
    KeptType{LDNS_RR_TYPE_A, 1},    KeptType{LDNS_RR_TYPE_NS, 1}, KeptType{LDNS_RR_TYPE_CNAME, 1},
    KeptType{LDNS_RR_TYPE_SOA, 7},  KeptType{LDNS_RR_TYPE_MX, 2}, KeptType{LDNS_RR_TYPE_AAAA, 1},
    KeptType{LDNS_RR_TYPE_TXT, 1},
    KeptType{LDNS_RR_TYPE_TLSA, 3},  // data may be empty: unusable, not malformed
};

/// One record as it lies in the message (RFC 1035 §4.1.3).
struct Frame {
    std::size_t start = 0;
    std::uint16_t type = 0;
    std::uint16_t record_class = 0;
    std::array<std::uint8_t, 4> ttl{};  // of an OPT: extended RCODE, version, flags
    std::size_t rdata = 0;
    std::size_t end = 0;
};

std::uint16_t number_at(Wire wire, std::size_t offset) {
    return static_cast<std::uint16_t>(wire[offset] << 8 | wire[offset + 1]);
}

Result<std::size_t> end_of_name(Wire message, std::size_t start) {
    std::size_t position = start;
    ldns_rdf* raw = nullptr;
    if (ldns_wire2dname(&raw, message.data(), message.size(), &position) != LDNS_STATUS_OK) {
        return fail(ErrorKind::Malformed, "a name does not parse");
    }
    const NameHandle name(raw);
    return position;
}

Result<Frame> frame_at(Wire message, std::size_t start) {
    auto fixed = end_of_name(message, start);
    if (!fixed) return because(fixed, "owner of a record");
    constexpr std::size_t kFixedSize = 10;  // type, class, TTL, RDLENGTH
    if (message.size() < kFixedSize || *fixed > message.size() - kFixedSize) {
        return fail(ErrorKind::Malformed, "a record is cut off");
    }
    Frame frame;
    frame.start = start;
    frame.type = number_at(message, *fixed);
    frame.record_class = number_at(message, *fixed + 2);
    std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(*fixed + 4), 4, frame.ttl.begin());
    frame.rdata = *fixed + kFixedSize;
    frame.end = frame.rdata + number_at(message, *fixed + 8);
    if (frame.end > message.size()) {
        return fail(ErrorKind::Malformed, "the data of a record is cut off");
    }
    return frame;
}

const KeptType* kept_type(const Frame& frame) {
    if (frame.record_class != LDNS_RR_CLASS_IN) return nullptr;
    const auto* row = std::find_if(kKeptTypes.begin(), kKeptTypes.end(),
                                   [&](const KeptType& kept) { return kept.type == frame.type; });
    return row == kKeptTypes.end() ? nullptr : row;
}

/// The end of the frame is the end of the message for ldns: no name in RDATA can run out of it.
Result<RrHandle> read_record(Wire message, const Frame& frame, const KeptType& kept) {
    ldns_rr* raw = nullptr;
    std::size_t position = frame.start;
    const ldns_status status =
        ldns_wire2rr(&raw, message.data(), frame.end, &position, LDNS_SECTION_ANSWER);
    if (status != LDNS_STATUS_OK) {
        return fail(ErrorKind::Malformed, "the data of a record does not parse",
                    static_cast<int>(status));
    }
    RrHandle record(raw);
    if (position != frame.end || ldns_rr_rd_count(raw) < kept.least_fields) {
        return fail(ErrorKind::Malformed, "the data of a record is not of the length of its type");
    }
    return record;
}

/// Moves `position` behind the section.
Result<std::vector<RrHandle>> read_records(Wire message, std::size_t& position, unsigned count) {
    std::vector<RrHandle> records;
    for (unsigned index = 0; index < count; ++index) {
        auto frame = frame_at(message, position);
        if (!frame) return because(frame, "record " + std::to_string(index + 1));
        position = frame->end;
        const KeptType* kept = kept_type(*frame);
        if (kept == nullptr) continue;
        auto record = read_record(message, *frame, *kept);
        if (!record) return because(record, "record " + std::to_string(index + 1));
        records.push_back(std::move(*record));
    }
    return records;
}

Result<void> read_options(Wire options, Sections& sections) {
    constexpr std::size_t kOptionHeader = 4;  // RFC 6891 §6.1.2: code, length
    while (!options.empty()) {
        if (options.size() < kOptionHeader)
            return fail(ErrorKind::Malformed, "an option is cut off");
        const std::uint16_t code = number_at(options, 0);
        const std::size_t length = number_at(options, 2);
        options = options.subspan(kOptionHeader);
        if (length > options.size()) return fail(ErrorKind::Malformed, "an option is cut off");
        if (code == kExtendedError) {
            if (length < 2) return fail(ErrorKind::Malformed, "an extended error has no code");
            if (sections.extended_errors.size() < kMostExtendedErrors) {
                sections.extended_errors.push_back(number_at(options, 0));
            }
        }
        options = options.subspan(length);
    }
    return ok();
}

/// The additional section is of interest for its OPT record alone.
Result<void> read_additional(Wire message, std::size_t& position, Sections& sections) {
    bool seen = false;
    for (unsigned left = number_at(message, 10); left > 0; --left) {
        auto frame = frame_at(message, position);
        if (!frame) return because(frame, "additional section");
        position = frame->end;
        if (frame->type != LDNS_RR_TYPE_OPT) continue;
        if (std::exchange(seen, true)) {
            return fail(ErrorKind::Malformed, "there are two OPT records (RFC 6891 section 6.1.1)");
        }
        sections.rcode = static_cast<std::uint16_t>(sections.rcode | frame->ttl[0] << 4);
        const Wire options = message.subspan(frame->rdata, frame->end - frame->rdata);
        if (auto read = read_options(options, sections); !read) return read;
    }
    return ok();
}

}  // namespace

Result<Sections> read_sections(Wire message) {
    if (message.size() < kDnsHeaderSize) return fail(ErrorKind::Malformed, "the header is cut off");
    Sections sections;
    sections.authenticated = LDNS_AD_WIRE(message.data()) != 0;
    sections.rcode = LDNS_RCODE_WIRE(message.data());
    if (number_at(message, 4) != 1) return fail(ErrorKind::Malformed, "it has not one question");
    auto question = end_of_name(message, kDnsHeaderSize);
    if (!question) return because(question, "question");

    std::size_t position = *question + 4;  // type and class
    auto answer = read_records(message, position, number_at(message, 6));
    if (!answer) return because(answer, "answer section");
    auto authority = read_records(message, position, number_at(message, 8));
    if (!authority) return because(authority, "authority section");
    auto additional = read_additional(message, position, sections);
    if (!additional) return because(additional, "additional section");
    if (position != message.size())
        return fail(ErrorKind::Malformed, "bytes follow the last record");

    sections.answer = std::move(*answer);
    sections.authority = std::move(*authority);
    return sections;
}

}  // namespace smarttls::engine
