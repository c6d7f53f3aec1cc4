// SPDX-License-Identifier: Apache-2.0
//
// How a Resolver joins the answers of two address families.
#include "tests/unit/smarttls/dns/resolver_fixture.h"

namespace smarttls::engine {
namespace {

using namespace std::chrono_literals;
using namespace wire;

const Bytes kV4{192, 0, 2, 1};
const Bytes kV6{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/// What the server says about one family of addresses.
using FamilyEdit = std::function<void(Wire&)>;

struct FamilyCase {
    const char* what;
    FamilyEdit v4;
    FamilyEdit v6;
    DnsStatus status;
    DnsOutcome outcome;
    std::size_t records;
    std::chrono::seconds ttl;
};

const std::vector<FamilyCase>& family_cases() {
    static const FamilyEdit a = [](Wire& reply) {
        reply.flags(kAd).answer("mx.example.org", kA, 60, kV4);
    };
    static const FamilyEdit aaaa = [](Wire& reply) {
        reply.flags(kAd).answer("mx.example.org", kAaaa, 90, kV6);
    };
    static const FamilyEdit insecure_a = [](Wire& reply) {
        reply.answer("mx.example.org", kA, 60, kV4);
    };
    static const FamilyEdit none = [](Wire& reply) {
        reply.flags(kAd).authority("example.org", kSoa, 30, soa_data(30));
    };
    static const FamilyEdit insecure_none = [](Wire& reply) {
        reply.authority("example.org", kSoa, 20, soa_data(30));
    };
    static const FamilyEdit no_name = [](Wire& reply) {
        reply.rcode(3).flags(kAd).authority("org", kSoa, 30, soa_data(30));
    };
    static const FamilyEdit bogus = [](Wire& reply) { reply.rcode(2).extended_error(7); };
    static const FamilyEdit failed = [](Wire& reply) { reply.rcode(5); };
    using S = DnsStatus;
    using O = DnsOutcome;
    static const std::vector<FamilyCase> cases{
        {"both secure", a, aaaa, S::Secure, O::Records, 2, 60s},
        {"the weaker status of two", insecure_a, aaaa, S::Insecure, O::Records, 2, 60s},
        {"one family alone", a, none, S::Secure, O::Records, 1, 60s},
        {"the other family's status does not count without records", a, insecure_none, S::Secure,
         O::Records, 1, 60s},
        {"the other family is used", bogus, aaaa, S::Secure, O::Records, 1, 90s},
        {"the other family is used after a failure", a, failed, S::Secure, O::Records, 1, 60s},
        {"bogus beside nothing", none, bogus, S::Bogus, O::None, 0, 0s},
        {"bogus is told before failed", failed, bogus, S::Bogus, O::None, 0, 0s},
        {"failed beside nothing", failed, none, S::Failed, O::None, 0, 0s},
        {"no address", none, insecure_none, S::Insecure, O::NoData, 0, 20s},
        {"no name", no_name, no_name, S::Secure, O::NxDomain, 0, 30s},
        {"a name for one family is a name", no_name, none, S::Secure, O::NoData, 0, 30s},
    };
    return cases;
}

TEST_F(ResolverTest, JoinsTheTwoFamiliesOfAddresses) {
    for (const FamilyCase& row : family_cases()) {
        settings_.servers.clear();
        serve([&](const Asked& asked) {
            Wire reply(asked.bytes);
            (asked.query.type == kA ? row.v4 : row.v6)(reply);
            return Replies{reply};
        });
        const AddressAnswer answer = addresses();
        EXPECT_EQ(answer.status, row.status) << row.what;
        EXPECT_EQ(answer.outcome, row.outcome) << row.what;
        EXPECT_EQ(answer.records.size(), row.records) << row.what;
        EXPECT_EQ(answer.ttl, row.ttl) << row.what;
    }
}

TEST_F(ResolverTest, AsksForBothFamiliesAtOnce) {
    // The first try outlasts the deadline: a second question after it would never be asked.
    FakeServer& server = serve(silence);
    Resolver resolver(settings_);
    const AddressAnswer answer = run(resolver.addresses(domain("mx.example.org"), in(200ms)));
    EXPECT_TRUE(answer.timed_out);
    EXPECT_EQ(server.asked().size(), 2U);
}

TEST_F(ResolverTest, ReportsTheEndOfTheAliasOfAnMxHost) {
    serve([](const Asked& asked) {
        Wire reply(asked.bytes);
        reply.flags(kAd).answer("mx.example.org", kCname, 60, name("host.Example.NET"));
        if (asked.query.type == kA) reply.answer("host.example.net", kA, 60, kV4);
        return Replies{reply};
    });
    const AddressAnswer answer = addresses();
    EXPECT_EQ(answer.canonical_name, "host.example.net");
    EXPECT_EQ(answer.records.size(), 1U);
}

}  // namespace
}  // namespace smarttls::engine
