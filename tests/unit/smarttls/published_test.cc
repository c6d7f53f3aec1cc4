// SPDX-License-Identifier: Apache-2.0
#include "smarttls/published.h"

#include <gtest/gtest.h>

#include "smarttls/maps.h"
#include "tests/unit/smarttls/mail/certificates.h"
#include "tests/unit/smarttls/mail/run.h"
#include "tests/unit/smarttls/mail/table_lookup.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::StsMode;
using std::chrono::seconds;

constexpr const char* kNothing = "NOTFOUND ";
constexpr const char* kDane = "OK dane-only";

/// One host of the domain example.nl, and what the DNS says about it.
struct HostFacts {
    std::string name;
    DnsStatus address = DnsStatus::Secure;
    TlsaState tlsa = TlsaState::Absent;
    bool usable = true;
};

class Published : public testing::Test {
  protected:
    policy::Verdict read(const std::string& next_hop = "example.nl") {
        boost::asio::io_context io;
        ProbeSettings settings;
        settings.min_ttl = seconds(60);
        settings.max_ttl = seconds(7200);
        settings.clock = [] { return kNow; };
        settings.sts = [this](policy::DomainName,
                              policy::Deadline) -> boost::asio::awaitable<StsFinding> {
            co_return sts_;
        };
        Publications publications(io.get_executor(), dns_, tls_, settings);
        return run(io, publications.read(policy::NextHop::parse(next_hop).value(), soon()));
    }
    std::string answer() { return format_answer(default_answer(read())); }

    void hosts(const std::vector<HostFacts>& all, DnsStatus mx = DnsStatus::Secure) {
        std::vector<MxRecord> records_of_domain;
        for (const HostFacts& facts : all) {
            records_of_domain.push_back({10, facts.name});
            add(facts);
        }
        dns_.mx_answers["example.nl"] = records<MxRecord>(mx, std::move(records_of_domain));
    }
    void add(const HostFacts& facts) {
        const auto ip = policy::IpAddress::parse("192.0.2.1").value();
        const bool failed = facts.address == DnsStatus::Bogus || facts.address == DnsStatus::Failed;
        dns_.address_answers[facts.name] =
            failed ? without_records<policy::IpAddress>(facts.address, DnsOutcome::None)
                   : records<policy::IpAddress>(facts.address, {ip});
        if (facts.tlsa == TlsaState::Present) {
            TlsaRecord record = tlsa_of(3, 1, 1, root_);
            if (!facts.usable) record.usage = 1;
            dns_.tlsa_answers[facts.name] = records<TlsaRecord>(DnsStatus::Secure, {record});
        } else if (facts.tlsa == TlsaState::Failed) {
            dns_.tlsa_answers[facts.name] =
                without_records<TlsaRecord>(DnsStatus::Failed, DnsOutcome::None);
        }
    }
    void policy(StsMode mode, std::vector<std::string> mx) {
        sts_.policy = policy::StsFacts{mode, "1", 86400, std::move(mx)};
    }

    TableLookup dns_;
    StsFinding sts_;
    const Identity root_ = issue({.common_name = "Root", .is_ca = true});
    const TlsContext tls_ = trusting({&root_});
};

TEST_F(Published, IsDaneOnlyForUsableRecordsBehindASecureMx) {
    const HostFacts dane{.name = "mx.example.nl", .tlsa = TlsaState::Present};
    hosts({dane});
    EXPECT_EQ(answer(), kDane);
    hosts({dane, {.name = "mx2.example.nl"}});
    EXPECT_EQ(answer(), kDane);
    hosts({dane, {.name = "mx3.example.nl", .tlsa = TlsaState::Failed}});
    EXPECT_EQ(answer(), kDane);
    hosts({dane}, DnsStatus::Insecure);
    EXPECT_EQ(answer(), kNothing);
    hosts({{.name = "mx4.example.nl", .tlsa = TlsaState::Present, .usable = false}});
    EXPECT_EQ(answer(), kNothing);
}

TEST_F(Published, PrefersDaneToMtaSts) {
    hosts({{.name = "mx.example.nl", .tlsa = TlsaState::Present}});
    policy(StsMode::Enforce, {"elsewhere.example"});
    EXPECT_EQ(answer(), kDane);
}

TEST_F(Published, NamesTheHostsOfAnEnforcePolicy) {
    hosts({{.name = "mx.example.nl"}, {.name = "a.example.nl"}, {.name = "a.b.example.nl"}},
          DnsStatus::Insecure);
    policy(StsMode::Enforce, {"*.example.nl"});
    EXPECT_EQ(answer(), "OK secure match=a.example.nl:mx.example.nl servername=hostname");
    for (const StsMode mode : {StsMode::Testing, StsMode::None}) {
        policy(mode, {"*.example.nl"});
        EXPECT_EQ(answer(), kNothing);
    }
}

TEST_F(Published, DefersWhenAnEnforcePolicyNamesNoHost) {
    hosts({{.name = "mx.evil.example"}}, DnsStatus::Insecure);
    policy(StsMode::Enforce, {"mx.example.nl"});
    EXPECT_EQ(answer(),
              "TEMP example.nl forbids delivery now: mx.evil.example is not among the mail servers "
              "of the domain's MTA-STS policy");
}

TEST_F(Published, DoesNotFallBackWhenTheTlsaLookUpFails) {
    hosts({{.name = "mx.example.nl", .tlsa = TlsaState::Failed}});
    EXPECT_TRUE(answer().starts_with("TEMP ")) << answer();
    policy(StsMode::Enforce, {"mx.example.nl"});
    EXPECT_TRUE(answer().starts_with("TEMP ")) << answer();
    hosts({{.name = "mx.example.nl", .tlsa = TlsaState::Failed}, {.name = "mx2.example.nl"}});
    policy(StsMode::Enforce, {"*.example.nl"});
    EXPECT_EQ(answer(), "OK secure match=mx2.example.nl servername=hostname");
}

TEST_F(Published, DoesNotFallBackWhenTheAddressLookUpFails) {
    policy(StsMode::Enforce, {"mx.example.nl"});
    for (const DnsStatus status : {DnsStatus::Failed, DnsStatus::Bogus}) {
        hosts({{.name = "mx.example.nl", .address = status}});
        EXPECT_TRUE(answer().starts_with("TEMP ")) << answer();
    }
}

TEST_F(Published, SaysNothingAboutADomainThatPublishesNothing) {
    hosts({{.name = "mx.example.nl"}});
    EXPECT_EQ(answer(), kNothing);
    hosts({{.name = "mx.example.nl", .tlsa = TlsaState::Failed}, {.name = "mx2.example.nl"}});
    EXPECT_EQ(answer(), kNothing);
    sts_.reasons = {policy::Reason::StsPolicyFetchError};
    sts_.standing = StsStanding::Unsure;
    EXPECT_EQ(answer(), kNothing);
}

TEST_F(Published, LeavesDomainsWithoutMailToPostfix) {
    EXPECT_EQ(answer(), kNothing);  // it does not exist
    dns_.mx_answers["example.nl"] = records<MxRecord>(DnsStatus::Secure, {{0, ""}});
    EXPECT_EQ(answer(), kNothing);
}

TEST_F(Published, DefersWhileTheMxIsUnknown) {
    dns_.mx_answers["example.nl"] = without_records<MxRecord>(DnsStatus::Failed, DnsOutcome::None);
    EXPECT_TRUE(answer().starts_with("TEMP nothing is known about")) << answer();
}

TEST_F(Published, HoldsAsLongAsTheShortestAnswer) {
    hosts({{.name = "mx.example.nl"}});
    sts_.ttl = seconds(300);
    EXPECT_EQ(read().expires, kNow + seconds(300));
}

}  // namespace
}  // namespace smarttls::engine
