// SPDX-License-Identifier: Apache-2.0
//
// What a Resolver makes of an answer: status, outcome, records.
#include "tests/unit/smarttls/dns/resolver_fixture.h"

namespace smarttls::engine {
namespace {

using namespace std::chrono_literals;
using namespace wire;

Replies servfail(const Asked& asked) {
    return {Wire(asked.bytes).rcode(2)};
}

TEST_F(ResolverTest, SortsMxRecordsByPreference) {
    serve(always([](Wire& reply) {
        reply.flags(kAd)
            .answer("example.org", kMx, 90, mx_data(20, "c.example.org"))
            .answer("example.org", kMx, 90, mx_data(10, "b.example.org"))
            .answer("example.org", kMx, 60, mx_data(10, "a.example.org"));
    }));
    const MxAnswer answer = mx();
    EXPECT_EQ(answer.status, DnsStatus::Secure);
    EXPECT_EQ(answer.outcome, DnsOutcome::Records);
    EXPECT_EQ(answer.canonical_name, "example.org");
    EXPECT_EQ(answer.ttl, 60s);
    ASSERT_EQ(answer.records.size(), 3U);
    EXPECT_EQ(answer.records[0].exchange, "a.example.org");
    EXPECT_EQ(answer.records[1].exchange, "b.example.org");
    EXPECT_EQ(answer.records[2].preference, 20);
}

TEST_F(ResolverTest, JoinsTheStringsOfATxtRecordAndFollowsAliases) {
    serve(always([](Wire& reply) {
        reply.answer("_mta-sts.example.org", kCname, 90, name("sts.host.net"))
            .answer("sts.host.net", kTxt, 60, txt_data({"v=STSv1; ", "", "id=1;"}))
            .answer("sts.host.net", kTxt, 70, txt_data({std::string("\0\xff", 2)}));
    }));
    const TxtAnswer answer = txt();
    EXPECT_EQ(answer.status, DnsStatus::Insecure);
    EXPECT_EQ(answer.ttl, 60s);
    EXPECT_EQ(answer.canonical_name, "sts.host.net");
    ASSERT_EQ(answer.records.size(), 2U);
    EXPECT_EQ(answer.records[0].text, "v=STSv1; id=1;");
    EXPECT_EQ(answer.records[1].text, std::string("\0\xff", 2));
}

TEST_F(ResolverTest, TakesATxtRecordWithoutWholeStringsForNoAnswer) {
    settings_.tries = 1;
    for (const Bytes& data : {Bytes{}, Bytes{2, 'a'}, Bytes{1, 'a', 5, 'b'}}) {
        settings_.servers.clear();
        serve(always([data](Wire& reply) {
            reply.answer("_mta-sts.example.org", kTxt, 60, data);
        }));
        EXPECT_EQ(txt().status, DnsStatus::Failed);
    }
}

TEST_F(ResolverTest, IsInsecureWithoutTheAdBit) {
    serve(always([](Wire& reply) { reply.answer("example.org", kMx, 60, mx_data(1, "mx.org")); }));
    EXPECT_EQ(mx().status, DnsStatus::Insecure);
}

TEST_F(ResolverTest, IgnoresTheAdBitOfAServerThatIsNotTrusted) {
    serve(one_mx);
    EXPECT_EQ(mx().status, DnsStatus::Secure);
    trust_nobody();
    EXPECT_EQ(mx().status, DnsStatus::Insecure);
}

TEST_F(ResolverTest, ReportsNullMxAsAnEmptyExchange) {
    serve(always([](Wire& reply) { reply.answer("example.org", kMx, 60, mx_data(0, "")); }));
    const MxAnswer answer = mx();
    ASSERT_EQ(answer.records.size(), 1U);
    EXPECT_EQ(answer.records[0].exchange, "");
}

TEST_F(ResolverTest, TellsAMissingNameFromAMissingType) {
    serve(always(
        [](Wire& reply) { reply.flags(kAd).rcode(3).authority("org", kSoa, 600, soa_data(900)); }));
    const MxAnswer no_name = mx();
    EXPECT_EQ(no_name.status, DnsStatus::Secure);
    EXPECT_EQ(no_name.outcome, DnsOutcome::NxDomain);
    EXPECT_EQ(no_name.ttl, 600s);
    EXPECT_EQ(no_name.failure, "");

    settings_.servers.clear();
    serve(always([](Wire& reply) { reply.authority("org", kSoa, 600, soa_data(30)); }));
    const MxAnswer no_type = mx();
    EXPECT_EQ(no_type.status, DnsStatus::Insecure);
    EXPECT_EQ(no_type.outcome, DnsOutcome::NoData);
    EXPECT_EQ(no_type.ttl, 30s);
}

TEST_F(ResolverTest, CallsAnExplainedValidationFailureBogusAndAsksNobodyElse) {
    FakeServer& server =
        serve(always([](Wire& reply) { reply.rcode(2).extended_error(22).extended_error(9); }));
    FakeServer& careless = serve(one_mx);
    const MxAnswer answer = mx();
    EXPECT_EQ(answer.status, DnsStatus::Bogus);
    EXPECT_EQ(answer.outcome, DnsOutcome::None);
    EXPECT_NE(answer.failure.find("DNSKEY missing"), std::string::npos) << answer.failure;
    EXPECT_EQ(server.asked().size(), 1U);
    EXPECT_EQ(careless.asked().size(), 0U);
}

TEST_F(ResolverTest, CallsAnExplainedNetworkFailureFailedWithoutAskingUnchecked) {
    FakeServer& server = serve(always([](Wire& reply) { reply.rcode(2).extended_error(22); }));
    const MxAnswer answer = mx();
    EXPECT_EQ(answer.status, DnsStatus::Failed);
    EXPECT_FALSE(answer.timed_out);
    EXPECT_NE(answer.failure.find("no reachable authority"), std::string::npos) << answer.failure;
    EXPECT_EQ(server.asked().size(), 1U);
}

TEST_F(ResolverTest, CallsServfailBogusWhenTheAnswerExistsUnchecked) {
    FakeServer& server = serve([](const Asked& asked) {
        return asked.checking_disabled() ? one_mx(asked) : servfail(asked);
    });
    FakeServer& careless = serve(one_mx);
    const MxAnswer answer = mx();
    EXPECT_EQ(answer.status, DnsStatus::Bogus);
    EXPECT_TRUE(answer.records.empty()) << "what CD shows is never used";
    EXPECT_EQ(server.asked().size(), 2U);
    EXPECT_EQ(careless.asked().size(), 0U);
}

TEST_F(ResolverTest, CallsServfailBogusWhenTheDenialExistsUnchecked) {
    serve([](const Asked& asked) {
        return asked.checking_disabled() ? Replies{Wire(asked.bytes).rcode(3)} : servfail(asked);
    });
    EXPECT_EQ(mx().status, DnsStatus::Bogus);
}

TEST_F(ResolverTest, CallsServfailFailedWhenItStaysUnchecked) {
    FakeServer& server = serve(servfail);
    EXPECT_EQ(mx().status, DnsStatus::Failed);
    EXPECT_EQ(server.asked().size(), 2U);
    serve(one_mx);
    EXPECT_EQ(mx().status, DnsStatus::Secure) << "another server may be well";
}

TEST_F(ResolverTest, DoesNotFollowTheAliasThatItAsksFor) {
    FakeServer& server = serve(always([](Wire& reply) {
        reply.flags(kAd).answer("mx.example.org", kCname, 60, name("Mail.Example.NET"));
        reply.answer("mail.example.net", kCname, 30, name("elsewhere.example"));
    }));
    const CnameAnswer answer = cname();
    EXPECT_EQ(server.asked().at(0).query.type, kCname);
    EXPECT_EQ(answer.status, DnsStatus::Secure);
    ASSERT_EQ(answer.records.size(), 1U);
    EXPECT_EQ(answer.records[0].target, "mail.example.net");
    EXPECT_EQ(answer.canonical_name, "mx.example.org");
    EXPECT_EQ(answer.ttl, std::chrono::seconds(60));
}

TEST_F(ResolverTest, AsksForTlsaBelowPortAndTransport) {
    FakeServer& server = serve(always([](Wire& reply) {
        reply.flags(kAd).answer("_25._tcp.mx.example.org", kCname, 60, name("tlsa.example.net"));
        reply.answer("tlsa.example.net", kTlsa, 60, {3, 1, 1, 0xaa});
    }));
    const TlsaAnswer answer = tlsa(25);
    EXPECT_EQ(server.asked().front().query.name, "_25._tcp.mx.example.org");
    EXPECT_EQ(answer.status, DnsStatus::Secure);
    EXPECT_EQ(answer.canonical_name, "tlsa.example.net");
    ASSERT_EQ(answer.records.size(), 1U);
    EXPECT_EQ(answer.records[0].data, Bytes{0xaa});
}

TEST_F(ResolverTest, FailsForATlsaNameThatIsTooLong) {
    serve(one_mx);
    const std::string longest = std::string(63, 'a') + "." + std::string(63, 'a') + "." +
                                std::string(63, 'a') + "." + std::string(61, 'a');
    Resolver resolver(settings_);
    const TlsaAnswer answer = run(resolver.tlsa(domain(longest.c_str()), 25, in(20s)));
    EXPECT_EQ(answer.status, DnsStatus::Failed);
    EXPECT_TRUE(servers_.front().asked().empty());
}

}  // namespace
}  // namespace smarttls::engine
