// SPDX-License-Identifier: Apache-2.0
//
// Packets of a resolver, or of whoever forges them: the first byte chooses the type that was asked for,
// the rest is the packet. The question is example.org with the id 0.
#include <array>
#include <variant>

#include "smarttls/dns/packet.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

using engine::DnsOutcome;
using engine::RecordType;

constexpr std::array kTypes{RecordType::A, RecordType::Mx, RecordType::Txt, RecordType::Aaaa,
                            RecordType::Tlsa, RecordType::Cname};

engine::Query query_for(RecordType type) {
    auto query = engine::build_query(engine::Question("example.org", type),
                                     engine::Checking::Enabled)
                     .value();
    query.bytes[0] = query.bytes[1] = 0;  // its random id: a run can be repeated
    return query;
}

bool is_of(RecordType type, const engine::AnyRecord& record) {
    switch (type) {
        case RecordType::A:
        case RecordType::Aaaa: {
            const auto* address = std::get_if<policy::IpAddress>(&record);
            return address != nullptr && address->is_v4() == (type == RecordType::A);
        }
        case RecordType::Mx: {
            const auto* mx = std::get_if<engine::MxRecord>(&record);
            return mx != nullptr && is_printable(mx->exchange);
        }
        case RecordType::Txt:
            return std::holds_alternative<engine::TxtRecord>(record);
        case RecordType::Tlsa:
            return std::holds_alternative<engine::TlsaRecord>(record);
        case RecordType::Cname: {
            const auto* alias = std::get_if<engine::CnameRecord>(&record);
            return alias != nullptr && is_printable(alias->target);
        }
    }
    return false;
}

void judge_reply(RecordType type, const engine::Reply& reply) {
    require((reply.outcome == DnsOutcome::Records) == !reply.records.empty(),
            "records are there if and only if the outcome says so");
    require(reply.records.size() <= 100, "a reply has at most 100 records");
    require(reply.ttl.count() >= 0 && reply.ttl.count() <= 0x7fffffff,
            "a TTL has 31 bits (RFC 2181 section 8)");
    require(is_printable(reply.canonical_name), "a name is printable");
    const bool speaks = reply.rcode == engine::Rcode::NoError ||
                        reply.rcode == engine::Rcode::NxDomain;
    require((reply.outcome != DnsOutcome::None) == speaks, "NOERROR and NXDOMAIN have an outcome");
    for (const auto& record : reply.records) require(is_of(type, record), "a record is of the type");
}

}  // namespace

void judge(std::string_view input) {
    static const std::array queries{query_for(kTypes[0]), query_for(kTypes[1]), query_for(kTypes[2]),
                                    query_for(kTypes[3]), query_for(kTypes[4]), query_for(kTypes[5])};
    const std::size_t index = take_byte(input) % kTypes.size();
    const engine::Bytes packet(input.begin(), input.end());
    const auto reply = engine::parse_reply(queries.at(index), packet);
    if (!reply) {
        require(is_printable(reply.error().what), "an error is printable");
        return;
    }
    judge_reply(kTypes.at(index), *reply);
    const std::span<const std::uint8_t> whole(packet);
    require(!engine::parse_reply(queries.at(index), whole.first(whole.size() - 1)),
            "a packet that lacks its last byte is no reply");
}

}  // namespace smarttls::fuzz
