// SPDX-License-Identifier: Apache-2.0
#include "smarttls/tlsa_lookup.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/mail/run.h"
#include "tests/unit/smarttls/mail/table_lookup.h"

namespace smarttls::engine {
namespace {

using Asked = std::vector<std::string>;

const TlsaRecord kRecord{3, 1, 1, std::vector<std::uint8_t>(32)};
const Asked kBoth{"TLSA _25._tcp.real.example", "TLSA _25._tcp.mx.example"};

class FindTlsa : public testing::Test {
  protected:
    TlsaFinding find(DnsStatus status, const std::string& canonical = "mx.example") {
        AddressAnswer addresses;
        addresses.status = status;
        addresses.canonical_name = canonical;
        return run(find_tlsa(dns_, policy::DomainName::parse("mx.example").value(), addresses, 25,
                             soon()));
    }
    void answer(const char* base, DnsStatus status, DnsOutcome outcome = DnsOutcome::NoData) {
        dns_.tlsa_answers[base] = without_records<TlsaRecord>(status, outcome);
    }
    void publish(const char* base) {
        dns_.tlsa_answers[base] = records<TlsaRecord>(DnsStatus::Secure, {kRecord}, 60);
    }
    void alias(DnsStatus status) {
        dns_.cname_answers["mx.example"] = records<CnameRecord>(status, {{"real.example"}}, 30);
    }
    TableLookup dns_;
};

TEST_F(FindTlsa, AsksNothingBehindAnInsecureAddress) {
    publish("mx.example");
    const TlsaFinding found = find(DnsStatus::Insecure);
    EXPECT_EQ(found.state, TlsaState::Insecure);
    EXPECT_TRUE(found.records.empty());
    EXPECT_EQ(dns_.asked, Asked{});
    EXPECT_FALSE(found.ttl);
}

TEST_F(FindTlsa, AsksAtTheOriginalNameAloneWhereOnlyTheFirstCnameIsSecure) {
    publish("real.example");
    publish("mx.example");
    alias(DnsStatus::Secure);
    const TlsaFinding found = find(DnsStatus::Insecure, "real.example");
    EXPECT_EQ(found.state, TlsaState::Present);
    EXPECT_EQ(found.base->str(), "mx.example");
    EXPECT_EQ(found.ttl, std::chrono::seconds(30));  // of the CNAME
    EXPECT_EQ(dns_.asked, (Asked{"CNAME mx.example", kBoth.back()}));
    dns_.tlsa_answers.erase("mx.example");
    EXPECT_EQ(find(DnsStatus::Insecure, "real.example").state, TlsaState::Absent);
}

TEST_F(FindTlsa, AsksNothingBehindAnInsecureFirstCname) {
    publish("mx.example");
    alias(DnsStatus::Insecure);
    EXPECT_EQ(find(DnsStatus::Insecure, "real.example").state, TlsaState::Insecure);
    dns_.cname_answers.clear();  // it is gone meanwhile, provably
    EXPECT_EQ(find(DnsStatus::Insecure, "real.example").state, TlsaState::Insecure);
    EXPECT_EQ(dns_.asked, (Asked{"CNAME mx.example", "CNAME mx.example"}));
}

TEST_F(FindTlsa, FailsWhereTheFirstCnameCannotBeLookedUp) {
    publish("mx.example");
    for (const auto& [status, state] : {std::pair(DnsStatus::Failed, TlsaState::Failed),
                                        std::pair(DnsStatus::Bogus, TlsaState::Bogus)}) {
        dns_.cname_answers["mx.example"] = without_records<CnameRecord>(status, DnsOutcome::None);
        EXPECT_EQ(find(DnsStatus::Insecure, "real.example").state, state);
    }
    EXPECT_EQ(dns_.asked, (Asked{"CNAME mx.example", "CNAME mx.example"}));
}

TEST_F(FindTlsa, FindsSecureRecords) {
    publish("mx.example");
    const TlsaFinding found = find(DnsStatus::Secure);
    EXPECT_EQ(found.state, TlsaState::Present);
    EXPECT_EQ(found.records.size(), 1U);
    EXPECT_EQ(found.base->str(), "mx.example");
    EXPECT_EQ(found.ttl, std::chrono::seconds(60));
}

TEST_F(FindTlsa, DoesNotUseInsecureRecords) {
    dns_.tlsa_answers["mx.example"] = records<TlsaRecord>(DnsStatus::Insecure, {kRecord});
    const TlsaFinding found = find(DnsStatus::Secure);
    EXPECT_EQ(found.state, TlsaState::Insecure);
    EXPECT_TRUE(found.records.empty());
}

TEST_F(FindTlsa, SaysAbsentWhenTheAbsenceIsProven) {
    EXPECT_EQ(find(DnsStatus::Secure).state, TlsaState::Absent);
    answer("mx.example", DnsStatus::Secure, DnsOutcome::NoData);
    EXPECT_EQ(find(DnsStatus::Secure).state, TlsaState::Absent);
}

TEST_F(FindTlsa, PrefersTheExpansionOfACname) {
    publish("real.example");
    publish("mx.example");
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").base->str(), "real.example");
    EXPECT_EQ(dns_.asked, Asked{kBoth.front()});
}

TEST_F(FindTlsa, GoesOnToTheOriginalNameAfterADenial) {
    publish("mx.example");
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").base->str(), "mx.example");
    EXPECT_EQ(dns_.asked, kBoth);
    answer("real.example", DnsStatus::Insecure);
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").state, TlsaState::Present);
}

TEST_F(FindTlsa, DoesNotGoOnAfterAFailure) {
    publish("mx.example");
    answer("real.example", DnsStatus::Failed, DnsOutcome::None);
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").state, TlsaState::Failed);
    answer("real.example", DnsStatus::Bogus, DnsOutcome::None);
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").state, TlsaState::Bogus);
    EXPECT_EQ(dns_.asked, (Asked{kBoth.front(), kBoth.front()}));
}

TEST_F(FindTlsa, ReportsAFailureAtTheOriginalName) {
    answer("mx.example", DnsStatus::Bogus, DnsOutcome::None);
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").state, TlsaState::Bogus);
}

TEST_F(FindTlsa, SaysInsecureWhenOneOfTwoDenialsWas) {
    answer("real.example", DnsStatus::Insecure);
    EXPECT_EQ(find(DnsStatus::Secure, "real.example").state, TlsaState::Insecure);
}

}  // namespace
}  // namespace smarttls::engine
