// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/packet.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/smarttls/dns/wire.h"

namespace smarttls::engine {
namespace {

using namespace wire;
using policy::IpAddress;
using std::chrono::seconds;

Query query_for(std::string name_text, RecordType type) {
    return build_query(Question(std::move(name_text), type), Checking::Enabled).value();
}

Query mx_query() {
    return query_for("example.org", RecordType::Mx);
}

bool answers(const Query& query, const Bytes& packet) {
    return is_reply_to(query.bytes, packet);
}

Reply parsed(const Query& query, const Bytes& packet) {
    auto reply = parse_reply(query, packet);
    EXPECT_TRUE(reply.has_value()) << reply.error().what;
    return reply.has_value() ? *reply : Reply();
}

TEST(BuildQuery, AsksWithRecursionAuthenticDataAndDnssecOk) {
    const ReadQuery read = read_query(mx_query().bytes);
    EXPECT_EQ(read.flags, kRd | kAd);
    EXPECT_EQ(read.name, "example.org");
    EXPECT_EQ(read.type, kMx);
    // OPT: root, type 41, size 1232, extended RCODE and version 0, DO, no options (RFC 6891 §6.1.2)
    EXPECT_EQ(read.rest, Bytes({0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0}));
}

TEST(BuildQuery, DisablesCheckingOnRequest) {
    const auto query = build_query(Question("example.org", RecordType::A), Checking::Disabled);
    EXPECT_EQ(read_query(query->bytes).flags, kRd | kAd | kCd);
}

TEST(BuildQuery, LeavesEdnsOutOnRequest) {
    const auto query =
        build_query(Question("example.org", RecordType::A), Checking::Enabled, Edns::Without);
    EXPECT_EQ(read_query(query->bytes).flags, kRd | kAd);
    EXPECT_EQ(read_query(query->bytes).rest, Bytes());
}

TEST(BuildQuery, DrawsItsIdsAtRandom) {
    std::set<std::uint16_t> ids;
    for (int count = 0; count < 64; ++count) ids.insert(read_query(mx_query().bytes).id);
    EXPECT_GT(ids.size(), 48U);
}

TEST(BuildQuery, RefusesNamesThatTheDnsCannotHold) {
    const std::string label63(63, 'a');
    const std::string longest =
        label63 + "." + label63 + "." + label63 + "." + std::string(61, 'a');
    EXPECT_TRUE(build_query(Question(longest, RecordType::A), Checking::Enabled));
    for (const std::string& bad : {longest + "a", "_25._tcp." + longest, label63 + "a.org",
                                   std::string("a..org"), std::string()}) {
        const auto query = build_query(Question(bad, RecordType::A), Checking::Enabled);
        ASSERT_FALSE(query) << bad;
        EXPECT_EQ(query.error().kind, policy::ErrorKind::Malformed);
    }
}

TEST(IsReplyTo, AcceptsTheSameQuestionInAnyCase) {
    const Query query = mx_query();
    EXPECT_TRUE(answers(query, Wire(query.bytes)));
    EXPECT_TRUE(answers(query, Wire(query.bytes).question("EXAMPLE.oRg", kMx)));
}

TEST(IsReplyTo, RefusesEverythingElse) {
    const Query query = mx_query();
    const Bytes good = Wire(query.bytes);
    const auto changed = [&](std::size_t offset, std::uint8_t mask) {
        Bytes packet = good;
        packet.at(offset) = static_cast<std::uint8_t>(packet[offset] ^ mask);
        return packet;
    };
    EXPECT_FALSE(answers(query, query.bytes)) << "a query is no reply";
    EXPECT_FALSE(answers(query, changed(0, 1))) << "another id";
    EXPECT_FALSE(answers(query, changed(1, 1))) << "another id";
    EXPECT_FALSE(answers(query, changed(2, 0x08))) << "another opcode";
    EXPECT_FALSE(answers(query, changed(5, 1))) << "no question";
    EXPECT_FALSE(answers(query, changed(5, 3))) << "two questions";
    EXPECT_FALSE(answers(query, changed(good.size() - 1, 2))) << "another class";
    EXPECT_FALSE(answers(query, Wire(query.bytes).question("example.org", kA)));
    EXPECT_FALSE(answers(query, Wire(query.bytes).question("example.com", kMx)));
    EXPECT_FALSE(answers(query, Wire(query.bytes).question("a.example.org", kMx)));
    EXPECT_FALSE(answers(query, {}));
}

TEST(IsReplyTo, DoesNotFoldTheCaseOfTypeNumbers) {
    const Query query = query_for("example.org", static_cast<RecordType>('A'));
    EXPECT_TRUE(answers(query, Wire(query.bytes)));
    EXPECT_FALSE(answers(query, Wire(query.bytes).question("example.org", 'a')));
}

TEST(ParseReply, ReadsMxRecordsAndTheirLeastTtl) {
    const Query query = mx_query();
    const Reply reply =
        parsed(query, Wire(query.bytes)
                          .flags(kAd)
                          .answer("example.org", kMx, 300, mx_data(20, "B.Example.ORG"))
                          .answer("EXAMPLE.org", kMx, 200, mx_data(10, "")));
    EXPECT_TRUE(reply.authenticated);
    EXPECT_EQ(reply.outcome, DnsOutcome::Records);
    EXPECT_EQ(reply.canonical_name, "example.org");
    EXPECT_EQ(reply.ttl, seconds(200));
    ASSERT_EQ(reply.records.size(), 2U);
    EXPECT_EQ(std::get<MxRecord>(reply.records[0]).preference, 20);
    EXPECT_EQ(std::get<MxRecord>(reply.records[0]).exchange, "b.example.org");
    EXPECT_EQ(std::get<MxRecord>(reply.records[1]).exchange, "") << "Null MX (RFC 7505)";
}

TEST(ParseReply, FollowsCompressionPointers) {
    const Query query = mx_query();
    // Owner: pointer to the question's name at offset 12; exchange: "mx" and the same pointer.
    const Bytes record = Bytes{0xc0, 12} + u16(kMx) + u16(1) + u32(60) + u16(7) + u16(5) +
                         Bytes{2, 'm', 'x', 0xc0, 12};
    const Reply reply = parsed(query, Wire(query.bytes).raw_answer(record));
    ASSERT_EQ(reply.records.size(), 1U);
    EXPECT_EQ(std::get<MxRecord>(reply.records[0]).exchange, "mx.example.org");
}

TEST(ParseReply, EscapesBytesThatAreNoHostName) {
    const Query query = mx_query();
    const Bytes exchange{3, 'a', '.', '\n', 0};
    const Reply reply =
        parsed(query, Wire(query.bytes).answer("example.org", kMx, 1, u16(5) + exchange));
    ASSERT_EQ(reply.records.size(), 1U);
    EXPECT_EQ(std::get<MxRecord>(reply.records[0]).exchange, "a\\.\\010");
}

TEST(ParseReply, ReadsAddresses) {
    const Query v4 = query_for("mx.example.org", RecordType::A);
    const Reply one = parsed(v4, Wire(v4.bytes).answer("mx.example.org", kA, 9, {192, 0, 2, 1}));
    ASSERT_EQ(one.records.size(), 1U);
    EXPECT_EQ(std::get<IpAddress>(one.records[0]).str(), "192.0.2.1");

    const Query v6 = query_for("mx.example.org", RecordType::Aaaa);
    const Bytes data{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
    const Reply other = parsed(v6, Wire(v6.bytes).answer("mx.example.org", kAaaa, 9, data));
    ASSERT_EQ(other.records.size(), 1U);
    EXPECT_EQ(std::get<IpAddress>(other.records[0]).str(), "2001:db8::7");
}

TEST(ParseReply, ReadsTlsaRecordsUsableOrNot) {
    const Query query = query_for("_25._tcp.mx.example.org", RecordType::Tlsa);
    const Reply reply =
        parsed(query, Wire(query.bytes)
                          .answer(query.question.name, kTlsa, 9, {3, 1, 1, 0xab, 0xcd})
                          .answer(query.question.name, kTlsa, 9, {255, 7, 9}));
    ASSERT_EQ(reply.records.size(), 2U);
    const auto& first = std::get<TlsaRecord>(reply.records[0]);
    EXPECT_EQ(first.usage, 3);
    EXPECT_EQ(first.selector, 1);
    EXPECT_EQ(first.matching, 1);
    EXPECT_EQ(first.data, Bytes({0xab, 0xcd}));
    EXPECT_TRUE(std::get<TlsaRecord>(reply.records[1]).data.empty());
}

TEST(ParseReply, FollowsTheChainOfAliasesAndIgnoresStrangers) {
    const Query query = query_for("mx.example.org", RecordType::A);
    const Reply reply =
        parsed(query, Wire(query.bytes)
                          .answer("stranger.example", kA, 1, {10, 0, 0, 1})
                          .answer("b.example.net", kA, 300, {192, 0, 2, 1})
                          .answer("a.example.com", kCname, 60, name("B.example.net"))
                          .answer("mx.example.org", kRrsig, 1, {1, 2, 3})
                          .answer("mx.example.org", kCname, 90, name("a.example.com")));
    ASSERT_EQ(reply.records.size(), 1U);
    EXPECT_EQ(std::get<IpAddress>(reply.records[0]).str(), "192.0.2.1");
    EXPECT_EQ(reply.canonical_name, "b.example.net");
    EXPECT_EQ(reply.ttl, seconds(60));
}

TEST(ParseReply, IgnoresRecordsOfAnotherClass) {
    const Query query = query_for("example.org", RecordType::A);
    const Bytes chaos =
        name("example.org") + u16(kA) + u16(3) + u32(60) + u16(4) + Bytes{1, 2, 3, 4};
    EXPECT_EQ(parsed(query, Wire(query.bytes).raw_answer(chaos)).outcome, DnsOutcome::NoData);
}

Wire aliases(const Query& query, int links) {
    Wire packet(query.bytes);
    for (int link = 0; link < links; ++link) {
        const std::string owner = link == 0 ? "example.org" : "n" + std::to_string(link);
        packet.answer(owner, kCname, 60, name("n" + std::to_string(link + 1)));
    }
    return packet.answer("n" + std::to_string(links), kA, 60, {192, 0, 2, 1});
}

TEST(ParseReply, BoundsTheChainOfAliases) {
    const Query query = query_for("example.org", RecordType::A);
    EXPECT_TRUE(parse_reply(query, Bytes(aliases(query, 16))));
    EXPECT_FALSE(parse_reply(query, Bytes(aliases(query, 17))));
    const Bytes loop = Wire(query.bytes)
                           .answer("example.org", kCname, 60, name("b.example.org"))
                           .answer("b.example.org", kCname, 60, name("example.org"));
    EXPECT_FALSE(parse_reply(query, loop));
}

struct NegativeCase {
    const char* what;
    unsigned rcode;
    std::uint32_t soa_ttl;
    std::uint32_t minimum;
    DnsOutcome outcome;
    seconds ttl;
};

TEST(ParseReply, TakesTheNegativeTtlFromTheSoa) {
    const Query query = mx_query();
    for (const NegativeCase& row :
         {NegativeCase{"minimum is less", 0, 3600, 900, DnsOutcome::NoData, seconds(900)},
          NegativeCase{"the TTL is less", 0, 300, 900, DnsOutcome::NoData, seconds(300)},
          NegativeCase{"NXDOMAIN", 3, 300, 900, DnsOutcome::NxDomain, seconds(300)},
          NegativeCase{"top bit (RFC 2181 §8)", 3, 0x80000000, 9, DnsOutcome::NxDomain,
                       seconds(0)}}) {
        const Bytes packet = Wire(query.bytes)
                                 .rcode(row.rcode)
                                 .authority("ORG", kSoa, row.soa_ttl, soa_data(row.minimum));
        const Reply reply = parsed(query, packet);
        EXPECT_EQ(reply.outcome, row.outcome) << row.what;
        EXPECT_EQ(reply.ttl, row.ttl) << row.what;
        EXPECT_EQ(reply.canonical_name, "example.org") << row.what;
    }
}

TEST(ParseReply, DoesNotLetNegativeAnswersWithoutTheirSoaBeCached) {
    const Query query = mx_query();
    EXPECT_EQ(parsed(query, Wire(query.bytes)).ttl, seconds(0));
    const Bytes foreign = Wire(query.bytes).authority("example.com", kSoa, 60, soa_data(60));
    EXPECT_EQ(parsed(query, foreign).ttl, seconds(0));
}

TEST(ParseReply, KeepsTheAliasOfANegativeAnswer) {
    const Query query = query_for("mx.example.org", RecordType::Aaaa);
    const Reply reply =
        parsed(query, Wire(query.bytes)
                          .rcode(3)
                          .answer("mx.example.org", kCname, 30, name("gone.example.net"))
                          .authority("example.net", kSoa, 60, soa_data(60)));
    EXPECT_EQ(reply.outcome, DnsOutcome::NxDomain);
    EXPECT_EQ(reply.canonical_name, "gone.example.net");
    EXPECT_EQ(reply.ttl, seconds(30));
}

TEST(ParseReply, KeepsEightExtendedErrors) {
    const Query query = mx_query();
    Wire packet = Wire(query.bytes).rcode(2);
    for (std::uint16_t code = 0; code < 1000; ++code) packet.extended_error(code);
    EXPECT_EQ(parsed(query, packet).extended_errors.size(), 8U);
}

TEST(ParseReply, ReadsExtendedErrorsAndTheUpperBitsOfTheRcode) {
    const Query query = mx_query();
    const Reply failure =
        parsed(query, Wire(query.bytes).rcode(2).extended_error(9).extended_error(22));
    EXPECT_EQ(failure.rcode, Rcode::ServFail);
    EXPECT_EQ(failure.extended_errors, (std::vector<std::uint16_t>{9, 22}));
    EXPECT_EQ(failure.outcome, DnsOutcome::None);
    EXPECT_EQ(static_cast<int>(parsed(query, Wire(query.bytes).rcode(16).opt()).rcode), 16);
}

}  // namespace
}  // namespace smarttls::engine
