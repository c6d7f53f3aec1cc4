// SPDX-License-Identifier: Apache-2.0
#include "smarttls/nta7516_lookup.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/mail/run.h"
#include "tests/unit/smarttls/mail/table_lookup.h"

namespace smarttls::engine {
namespace {

using namespace std::chrono_literals;
using policy::Reason;
using std::chrono::sys_days;

const std::string kRecord =
    "v=NTA7516-1;startdate=2024-01;enddate=2027-12;provider=Carrier;"
    "ntamx=20 b.example.nl;ntamx=10 a.example.nl";
const policy::WallTime kInside = sys_days(2026y / 11 / 23);

class FindNta : public testing::Test {
  protected:
    NtaPublication find(policy::WallTime now = kInside) {
        return run(
            find_nta(dns_, policy::DomainName::parse("example.nl").value(), now, soon()));
    }
    void publish(std::vector<std::string> texts, DnsStatus status = DnsStatus::Secure) {
        std::vector<TxtRecord> all;
        for (std::string& text : texts) all.push_back({std::move(text)});
        dns_.txt_answers["example.nl"] = records<TxtRecord>(status, std::move(all), 600);
    }
    TableLookup dns_;
};

TEST_F(FindNta, FindsAValidRecordAtTheApex) {
    publish({"v=spf1 -all", kRecord});
    const NtaPublication found = find();
    EXPECT_EQ(dns_.asked, std::vector<std::string>{"TXT example.nl"});
    EXPECT_TRUE(is_valid(found.facts));
    EXPECT_EQ(found.facts.provider, "Carrier");
    EXPECT_EQ(found.facts.start, "2024-01");
    EXPECT_EQ(found.facts.end, "2027-12");
    ASSERT_EQ(found.facts.ntamx.size(), 2U);
    EXPECT_EQ(found.facts.ntamx[0].name, "a.example.nl");
    EXPECT_EQ(found.facts.ntamx[0].preference, 10);
    EXPECT_EQ(found.facts.ntamx[0].level, policy::Level::Unknown);
    ASSERT_EQ(found.hosts.size(), 2U);
    EXPECT_EQ(found.hosts[1].name, "b.example.nl");
    EXPECT_EQ(found.ttl, 600s);
}

TEST_F(FindNta, CountsASecureRecordOnly) {
    publish({kRecord}, DnsStatus::Insecure);
    const NtaPublication found = find();
    EXPECT_EQ(found.facts.why, Reason::NtaInsecure);
    EXPECT_EQ(found.facts.provider, "Carrier");
    EXPECT_TRUE(found.hosts.empty());
    EXPECT_TRUE(is_known(found.facts));
}

TEST_F(FindNta, SaysWhyARecordIsNotValid) {
    const struct {
        std::vector<std::string> texts;
        Reason why;
        std::string mistake;
    } table[] = {
        {{}, Reason::NtaMissing, ""},
        {{"v=spf1 -all"}, Reason::NtaMissing, ""},
        {{"v=NTA7516;version:2019-01;expire:2029-01;provider:x"}, Reason::NtaMissing, ""},
        {{"v=NTA7516-1;startdate=2024-01;enddate=2027-12"},
         Reason::NtaInvalid,
         "provider is missing"},
        {{kRecord, kRecord}, Reason::NtaInvalid, "there are several"},
    };
    for (const auto& row : table) {
        publish(row.texts);
        const NtaPublication found = find();
        EXPECT_EQ(found.facts.why, row.why);
        EXPECT_EQ(found.facts.mistake, row.mistake);
        EXPECT_TRUE(found.hosts.empty());
    }
    dns_.txt_answers.clear();  // NXDOMAIN
    EXPECT_EQ(find().facts.why, Reason::NtaMissing);
}

TEST_F(FindNta, TakesTheMonthInTheNetherlands) {
    publish({kRecord});
    EXPECT_EQ(find(sys_days(2023y / 12 / 31) + 22h + 59min + 59s).facts.why,
              Reason::NtaNotYetValid);
    EXPECT_FALSE(find(sys_days(2023y / 12 / 31) + 23h).facts.why);
    EXPECT_FALSE(find(sys_days(2027y / 12 / 31) + 22h + 59min + 59s).facts.why);
    const NtaPublication late = find(sys_days(2027y / 12 / 31) + 23h);
    EXPECT_EQ(late.facts.why, Reason::NtaExpired);
    EXPECT_TRUE(late.hosts.empty());
    EXPECT_TRUE(late.facts.ntamx.empty());
}

TEST_F(FindNta, DoesNotCallAFailedLookUpAnAbsence) {
    dns_.txt_answers["example.nl"] = without_records<TxtRecord>(DnsStatus::Bogus, DnsOutcome::None);
    EXPECT_EQ(find().facts.why, Reason::DnssecInvalid);
    EXPECT_FALSE(is_known(find().facts));
    TxtAnswer& answer = dns_.txt_answers["example.nl"];
    answer.status = DnsStatus::Failed;
    EXPECT_EQ(find().facts.why, Reason::DnsFailure);
    answer.timed_out = true;
    EXPECT_EQ(find().facts.why, Reason::Timeout);
    EXPECT_FALSE(is_known(find().facts));
    EXPECT_FALSE(find().ttl);
}

}  // namespace
}  // namespace smarttls::engine
