// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/packet.h"

#include <stdbool.h>  // first: else ldns/common.h makes bool a macro, in C++ too

#include <ldns/ldns.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <optional>

#include "policy/text.h"
#include "smarttls/dns/sections.h"

namespace smarttls::engine {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::IpAddress;
using policy::ok;
using policy::Result;
using std::chrono::seconds;

constexpr std::uint16_t kUdpSize = 1232;  // DNS flag day 2020: fits an IPv6 packet of 1280 bytes
constexpr int kLongestChain = 16;
constexpr std::size_t kMostRecords = 100;

/// Lower case, escapes as in zone files (RFC 1035 §5.1), no final dot; empty for the root.
std::string text_of(const ldns_rdf* name) {
    const TextHandle text(ldns_rdf2str(name));
    if (!text) throw std::bad_alloc();
    std::string lower = policy::to_lower(text.get());
    if (!lower.empty() && lower.back() == '.') lower.pop_back();
    return lower;
}

/// RFC 2181 §8: a TTL with the top bit set counts as zero.
seconds ttl_of(const ldns_rr& record) {
    const std::uint32_t ttl = ldns_rr_ttl(&record);
    return seconds(ttl > 0x7fffffffU ? 0 : ttl);
}

bool is_of(const ldns_rr& record, const ldns_rdf* name, ldns_rr_type type) {
    return ldns_rr_get_type(&record) == type &&
           ldns_dname_compare(ldns_rr_owner(&record), name) == 0;
}

const ldns_rr* find_record(const std::vector<RrHandle>& section, const ldns_rdf* name,
                           ldns_rr_type type) {
    for (const RrHandle& record : section) {
        if (is_of(*record, name, type)) return record.get();
    }
    return nullptr;
}

struct ChainEnd {
    const ldns_rdf* name = nullptr;  // borrowed from the query or from a CNAME record
    seconds ttl = seconds::max();    // least of the CNAMEs
};

/// RFC 1034 §3.6.2: an alias is followed where the type asked for does not exist.
Result<ChainEnd> end_of_chain(const std::vector<RrHandle>& answer, const ldns_rdf* name,
                              ldns_rr_type type) {
    ChainEnd end;
    end.name = name;
    for (int link = 0; link <= kLongestChain; ++link) {
        if (find_record(answer, end.name, type) != nullptr) return end;
        const ldns_rr* alias = find_record(answer, end.name, LDNS_RR_TYPE_CNAME);
        if (alias == nullptr) return end;
        end.ttl = std::min(end.ttl, ttl_of(*alias));
        end.name = ldns_rr_rdf(alias, 0);
    }
    return fail(ErrorKind::Malformed, "the chain of CNAMEs is a loop or has more than " +
                                          std::to_string(kLongestChain) + " links");
}

/// Each field of a TXT record is a string with its length in front (RFC 1035 §3.3).
TxtRecord joined_text(const ldns_rr& record) {
    TxtRecord joined;
    for (std::size_t field = 0; field < ldns_rr_rd_count(&record); ++field) {
        const ldns_rdf* string = ldns_rr_rdf(&record, field);
        const std::uint8_t* data = ldns_rdf_data(string);
        joined.text.append(data + 1, data + ldns_rdf_size(string));
    }
    return joined;
}

AnyRecord decode(const ldns_rr& record, RecordType type) {
    const ldns_rdf* first = ldns_rr_rdf(&record, 0);
    const std::uint8_t* data = ldns_rdf_data(first);
    switch (type) {
        case RecordType::A:
            return IpAddress::v4(std::span<const std::uint8_t, 4>(data, 4));
        case RecordType::Aaaa:
            return IpAddress::v6(std::span<const std::uint8_t, 16>(data, 16));
        case RecordType::Mx:
            return MxRecord{ldns_rdf2native_int16(first), text_of(ldns_rr_rdf(&record, 1))};
        case RecordType::Cname:
            return CnameRecord{text_of(first)};
        case RecordType::Txt:
            return joined_text(record);
        case RecordType::Tlsa:
            break;
    }
    TlsaRecord tlsa{data[0],
                    *ldns_rdf_data(ldns_rr_rdf(&record, 1)),
                    *ldns_rdf_data(ldns_rr_rdf(&record, 2)),
                    {}};
    if (const ldns_rdf* rest = ldns_rr_rdf(&record, 3); rest != nullptr) {
        tlsa.data.assign(ldns_rdf_data(rest), ldns_rdf_data(rest) + ldns_rdf_size(rest));
    }
    return tlsa;
}

/// RFC 2308 §5; nothing when no SOA covers the name, and then the answer is not to be cached.
std::optional<seconds> negative_ttl(const std::vector<RrHandle>& authority, const ldns_rdf* name) {
    constexpr std::size_t kMinimum = 6;  // RFC 1035 §3.3.13
    for (const RrHandle& record : authority) {
        const ldns_rdf* zone = ldns_rr_owner(record.get());
        if (ldns_rr_get_type(record.get()) != LDNS_RR_TYPE_SOA) continue;
        if (ldns_dname_compare(name, zone) != 0 && !ldns_dname_is_subdomain(name, zone)) continue;
        const std::uint32_t minimum = ldns_rdf2native_int32(ldns_rr_rdf(record.get(), kMinimum));
        return std::min(ttl_of(*record), seconds(minimum));
    }
    return std::nullopt;
}

bool has_type(const std::vector<RrHandle>& section, ldns_rr_type type) {
    return std::any_of(section.begin(), section.end(), [&](const RrHandle& record) {
        return ldns_rr_get_type(record.get()) == type;
    });
}

Result<void> read_negative(const Sections& sections, const ChainEnd& end, Reply& reply) {
    // RFC 2308 §2.2: NS without SOA is a referral. It proves nothing about the name, and taken for
    // NODATA it would hide TLSA records.
    if (reply.rcode == Rcode::NoError && has_type(sections.authority, LDNS_RR_TYPE_NS) &&
        !has_type(sections.authority, LDNS_RR_TYPE_SOA)) {
        return fail(ErrorKind::Malformed, "it is a referral: the server does not resolve");
    }
    const auto from_soa = negative_ttl(sections.authority, end.name);
    reply.ttl = std::min(end.ttl, from_soa.value_or(seconds{0}));
    reply.outcome = reply.rcode == Rcode::NxDomain ? DnsOutcome::NxDomain : DnsOutcome::NoData;
    return ok();
}

Result<void> read_answer(const Sections& sections, const Query& query, Reply& reply) {
    const auto type = static_cast<ldns_rr_type>(query.question.type);
    const NameHandle asked(ldns_dname_new_frm_str(query.question.name.c_str()));
    if (!asked) return fail(ErrorKind::Malformed, "the name asked is no DNS name");
    auto end = end_of_chain(sections.answer, asked.get(), type);
    if (!end) return because(end, "answer section");
    reply.canonical_name = text_of(end->name);
    reply.ttl = end->ttl;
    for (const RrHandle& record : sections.answer) {
        if (!is_of(*record, end->name, type)) continue;
        reply.ttl = std::min(reply.ttl, ttl_of(*record));
        reply.records.push_back(decode(*record, query.question.type));
    }
    if (reply.records.empty()) return read_negative(sections, *end, reply);
    if (reply.rcode == Rcode::NxDomain) {  // RFC 6604 §3: it speaks of the end of the chain
        return fail(ErrorKind::Malformed, "it is NXDOMAIN and holds records of the name");
    }
    if (reply.records.size() > kMostRecords) {  // a part of an RRset is not the RRset
        return fail(ErrorKind::Malformed, "it holds more than 100 records");
    }
    reply.outcome = DnsOutcome::Records;
    return ok();
}

Result<WireHandle> to_wire(ldns_pkt& packet, std::size_t& size) {
    std::uint8_t* raw = nullptr;
    if (const ldns_status status = ldns_pkt2wire(&raw, &packet, &size); status != LDNS_STATUS_OK) {
        return fail(ErrorKind::Malformed, "the query cannot be written", static_cast<int>(status));
    }
    return WireHandle(raw);
}

}  // namespace

std::string to_string(RecordType type) {
    switch (type) {
        case RecordType::A:
            return "A";
        case RecordType::Cname:
            return "CNAME";
        case RecordType::Mx:
            return "MX";
        case RecordType::Txt:
            return "TXT";
        case RecordType::Aaaa:
            return "AAAA";
        case RecordType::Tlsa:
            return "TLSA";
    }
    return "TYPE" + std::to_string(static_cast<unsigned>(type));  // RFC 3597 §5
}

std::string to_string(Rcode rcode) {
    switch (rcode) {
        case Rcode::NoError:
            return "NOERROR";
        case Rcode::FormErr:
            return "FORMERR";
        case Rcode::ServFail:
            return "SERVFAIL";
        case Rcode::NxDomain:
            return "NXDOMAIN";
        case Rcode::NotImp:
            return "NOTIMP";
        case Rcode::Refused:
            return "REFUSED";
        case Rcode::BadVers:
            return "BADVERS";
    }
    return "RCODE " + std::to_string(static_cast<unsigned>(rcode));
}

Result<Query> build_query(Question question, Checking checking, Edns edns) {
    NameHandle name(ldns_dname_new_frm_str(question.name.c_str()));
    if (!name) return fail(ErrorKind::Malformed, policy::quote(question.name) + " is no DNS name");
    // AD in a query asks for AD in the reply (RFC 6840 §5.7). DO, which would do the same, is set
    // as well: systemd-resolved clears AD unless DO is on, and Postfix asks with DO. The price is
    // signatures that nobody reads here, and so TCP a little more often.
    std::uint16_t flags = LDNS_RD | LDNS_AD;
    if (checking == Checking::Disabled) flags |= LDNS_CD;
    const PktHandle packet(ldns_pkt_query_new(name.get(), static_cast<ldns_rr_type>(question.type),
                                              LDNS_RR_CLASS_IN, flags));
    if (!packet) throw std::bad_alloc();
    static_cast<void>(name.release());  // the packet has it now
    std::uint16_t id = 0;
    if (getentropy(&id, sizeof id) != 0) {
        return fail(ErrorKind::Temporary, "no random number for a DNS query");
    }
    ldns_pkt_set_id(packet.get(), id);
    if (edns == Edns::With) {
        ldns_pkt_set_edns_udp_size(packet.get(), kUdpSize);
        ldns_pkt_set_edns_do(packet.get(), true);
    }
    std::size_t size = 0;
    auto wire = to_wire(*packet, size);
    if (!wire) return because(wire, policy::quote(question.name));
    return Query{std::move(question), Bytes(wire->get(), wire->get() + size)};
}

bool is_reply_to(std::span<const std::uint8_t> query, std::span<const std::uint8_t> packet) {
    if (query.size() <= kDnsHeaderSize || packet.size() <= kDnsHeaderSize) return false;
    const bool same_id = packet[0] == query[0] && packet[1] == query[1];
    const bool is_response = (packet[2] & 0x80) != 0;
    const bool same_opcode = (packet[2] & 0x78) == (query[2] & 0x78);
    const bool one_question = packet[4] == 0 && packet[5] == 1;
    if (!same_id || !is_response || !same_opcode || !one_question) return false;

    std::size_t length = 0;  // of the name, byte for byte but for case (RFC 1035 §2.3.3)
    const auto asked = query.subspan(kDnsHeaderSize);
    const auto answered = packet.subspan(kDnsHeaderSize);
    while (length < asked.size() && asked[length] != 0) length += asked[length] + 1U;
    const std::size_t end = length + 1 + 4;  // root, type, class
    if (asked.size() < end || answered.size() < end) return false;
    const auto lower = [](std::uint8_t byte) { return policy::to_lower(static_cast<char>(byte)); };
    return std::equal(asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(length),
                      answered.begin(),
                      [&](auto left, auto right) { return lower(left) == lower(right); }) &&
           std::ranges::equal(asked.subspan(length, 5), answered.subspan(length, 5));
}

bool is_truncated(std::span<const std::uint8_t> packet) {
    return packet.size() > 2 && (packet[2] & 0x02) != 0;
}

Result<Reply> parse_reply(const Query& query, std::span<const std::uint8_t> packet) {
    if (!is_reply_to(query.bytes, packet)) {
        return fail(ErrorKind::Malformed, "it is no reply to the question");
    }
    if (is_truncated(packet)) return fail(ErrorKind::Malformed, "it is truncated");
    auto sections = read_sections(packet);
    if (!sections) return because(sections, "it is malformed");
    Reply reply;
    reply.rcode = static_cast<Rcode>(sections->rcode);
    reply.authenticated = sections->authenticated;
    reply.extended_errors = std::move(sections->extended_errors);
    if (reply.rcode == Rcode::NoError || reply.rcode == Rcode::NxDomain) {
        if (auto read = read_answer(*sections, query, reply); !read) {
            return tl::unexpected(read.error());
        }
    }
    return reply;
}

}  // namespace smarttls::engine
