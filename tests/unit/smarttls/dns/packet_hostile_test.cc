// SPDX-License-Identifier: Apache-2.0
//
// Packets that a resolver would not send: each is Malformed, and none reads or writes out of bounds
// (run with AddressSanitizer; valgrind looks into ldns too).
#include <gtest/gtest.h>

#include <functional>

#include "smarttls/dns/packet.h"
#include "tests/unit/smarttls/dns/wire.h"

namespace smarttls::engine {
namespace {

using namespace wire;

Query query_for(std::string name_text, RecordType type) {
    return build_query(Question(std::move(name_text), type), Checking::Enabled).value();
}

struct MalformedCase {
    const char* what;
    const char* reason;  // part of the sentence in the Error
    std::function<Bytes(const Query&)> packet;
};

/// An answer record of "example.org" whose RDLENGTH need not fit its data.
Bytes odd_record(std::uint16_t type, unsigned length, const Bytes& data) {
    return name("example.org") + u16(type) + u16(1) + u32(60) + u16(length) + data;
}

const std::vector<MalformedCase>& malformed_cases() {
    static const Bytes address{192, 0, 2, 1};
    static const std::vector<MalformedCase> cases{
        {"truncated", "truncated",
         [](const Query& q) -> Bytes { return Wire(q.bytes).flags(kTc); }},
        {"another question", "no reply",
         [](const Query& q) -> Bytes { return Wire(q.bytes).question("example.com", kA); }},
        {"bytes after the end", "bytes follow",
         [](const Query& q) { return Bytes(Wire(q.bytes)) + Bytes{0}; }},
        {"an A record of 3 bytes", "does not parse",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).answer("example.org", kA, 1, {1, 2, 3});
         }},
        {"an A record of 5 bytes", "length of its type",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).answer("example.org", kA, 1, {1, 2, 3, 4, 5});
         }},
        {"an A record of no bytes", "length of its type",
         [](const Query& q) -> Bytes { return Wire(q.bytes).answer("example.org", kA, 1, {}); }},
        {"an A record with another one in its tail",
         "length of its type",  // ldns_wire2pkt would read both
         [](const Query& q) -> Bytes {
             const Bytes inner = odd_record(kA, 4, address);
             return Wire(q.bytes)
                 .raw_answer(odd_record(kA, static_cast<unsigned>(4 + inner.size()), address) +
                             inner)
                 .raw_answer({});
         }},
        {"a CNAME that runs out of its data", "does not parse",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).raw_answer(odd_record(kCname, 2, name("a.example.org")));
         }},
        {"a CNAME of no bytes", "length of its type",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).answer("example.org", kCname, 1, {});
         }},
        {"a pointer to itself", "does not parse",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).answer("example.org", kCname, 1, {0xc0, 12 + 17 + 23});
         }},
        {"a reserved label type", "does not parse",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).answer("example.org", kCname, 1, {0x80, 0});
         }},
        {"an SOA without numbers", "length of its type",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).authority("org", kSoa, 1, name("a") + name("b"));
         }},
        {"two OPT records", "two OPT",
         [](const Query& q) -> Bytes { return Wire(q.bytes).opt().opt(); }},
        {"an option that is cut off", "cut off",
         [](const Query& q) -> Bytes { return Wire(q.bytes).opt(u16(15) + u16(9) + u16(6)); }},
        {"an option header that is cut off", "cut off",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).opt({0, 15, 0});
         }},
        {"an extended error without code", "no code",
         [](const Query& q) -> Bytes { return Wire(q.bytes).opt(u16(15) + u16(1) + Bytes{6}); }},
        {"NXDOMAIN with records", "NXDOMAIN",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).rcode(3).answer("example.org", kA, 1, address);
         }},
        {"a referral", "referral",
         [](const Query& q) -> Bytes {
             return Wire(q.bytes).authority("org", kNs, 1, name("ns.example.org"));
         }},
        {"101 records", "100 records",
         [](const Query& q) -> Bytes {
             Wire packet(q.bytes);
             for (int count = 0; count < 101; ++count) packet.answer("example.org", kA, 1, address);
             return packet;
         }},
    };
    return cases;
}

TEST(ParseHostileReply, RefusesWhatIsNoCompleteReply) {
    const Query query = query_for("example.org", RecordType::A);
    for (const MalformedCase& row : malformed_cases()) {
        const auto reply = parse_reply(query, row.packet(query));
        ASSERT_FALSE(reply) << row.what;
        EXPECT_EQ(reply.error().kind, policy::ErrorKind::Malformed) << row.what;
        EXPECT_NE(reply.error().what.find(row.reason), std::string::npos)
            << row.what << ": " << reply.error().what;
    }
}

/// One packet with every kind of record that is read.
Bytes rich_packet(const Query& query) {
    return Wire(query.bytes)
        .flags(kAd)
        .answer("example.org", kCname, 60, name("b.example.org"))
        .answer("b.example.org", kMx, 60, mx_data(10, "mx.example.org"))
        .answer("b.example.org", kTlsa, 60, {3, 1, 1, 1, 2, 3})
        .answer("b.example.org", kA, 60, {192, 0, 2, 1})
        .answer("b.example.org", kAaaa, 60, Bytes(16, 1))
        .raw_answer(Bytes{0xc0, 12} + u16(kMx) + u16(1) + u32(60) + u16(7) + u16(5) +
                    Bytes{2, 'm', 'x', 0xc0, 12})
        .authority("example.org", kSoa, 60, soa_data(60))
        .authority("example.org", kNs, 60, name("ns.example.org"))
        .extended_error(6);
}

TEST(ParseHostileReply, RefusesAPacketCutAtAnyByte) {
    for (const RecordType type :
         {RecordType::Mx, RecordType::A, RecordType::Aaaa, RecordType::Tlsa}) {
        const Query query = query_for("example.org", type);
        const Bytes whole = rich_packet(query);
        ASSERT_TRUE(parse_reply(query, whole)) << parse_reply(query, whole).error().what;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            // A copy of just that size: a read behind the end is seen by the sanitizer.
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            EXPECT_FALSE(parse_reply(query, cut)) << "cut at " << size;
        }
    }
}

/// Whatever parses is within the bounds that callers rely on.
void check_bounds(const Query& query, const Bytes& packet) {
    const auto reply = parse_reply(query, packet);
    if (!reply) return;
    EXPECT_LE(reply->records.size(), 100U);
    EXPECT_EQ(reply->outcome == DnsOutcome::Records, !reply->records.empty());
    EXPECT_GE(reply->ttl.count(), 0);
    EXPECT_LE(reply->ttl.count(), 0x7fffffff);
}

TEST(ParseHostileReply, SurvivesTheFlipOfEachBit) {
    for (const RecordType type : {RecordType::Mx, RecordType::Tlsa}) {
        const Query query = query_for("example.org", type);
        const Bytes whole = rich_packet(query);
        for (std::size_t offset = 0; offset < whole.size(); ++offset) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                Bytes packet = whole;
                packet[offset] = static_cast<std::uint8_t>(packet[offset] ^ 1U << bit);
                check_bounds(query, packet);
            }
        }
    }
}

TEST(ParseHostileReply, SurvivesRandomDamage) {
    const Query query = query_for("example.org", RecordType::A);
    const Bytes whole = rich_packet(query);
    std::uint32_t state = 1;  // Numerical Recipes' generator: the same packets in every run
    const auto draw = [&](std::size_t below) {
        state = state * 1664525U + 1013904223U;
        return (state >> 8) % below;
    };
    for (int round = 0; round < 20000; ++round) {
        Bytes packet = whole;
        for (std::size_t flips = 1 + draw(8); flips > 0; --flips) {
            const std::size_t offset = 12 + draw(packet.size() - 12);
            packet[offset] = draw(2) == 0 ? 0xc0 : static_cast<std::uint8_t>(draw(256));
        }
        check_bounds(query, packet);
    }
}

}  // namespace
}  // namespace smarttls::engine
