// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mx_hosts.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::Reason;

const policy::NextHop kExample = policy::NextHop::parse("example.nl").value();

MxAnswer answer(DnsStatus status, DnsOutcome outcome, std::vector<MxRecord> records = {}) {
    MxAnswer made;
    made.status = status;
    made.outcome = outcome;
    made.records = std::move(records);
    made.canonical_name = "example.nl";
    return made;
}

std::vector<std::string> names(const MailHosts& found) {
    std::vector<std::string> all;
    for (const MailHost& host : found.hosts) {
        all.push_back(std::to_string(host.preference) + " " + host.name);
    }
    return all;
}

TEST(MailHosts, SaysWhyThereAreNone) {
    MxAnswer timed_out = answer(DnsStatus::Failed, DnsOutcome::None);
    timed_out.timed_out = true;
    const struct {
        MxAnswer mx;
        Level level;
        Reason reason;
    } rows[] = {
        {answer(DnsStatus::Secure, DnsOutcome::NxDomain), Level::NoMail, Reason::NoSuchDomain},
        {answer(DnsStatus::Insecure, DnsOutcome::NxDomain), Level::NoMail, Reason::NoSuchDomain},
        {answer(DnsStatus::Secure, DnsOutcome::Records, {{0, ""}}), Level::NoMail, Reason::NullMx},
        {answer(DnsStatus::Bogus, DnsOutcome::None), Level::Unknown, Reason::DnssecInvalid},
        {answer(DnsStatus::Failed, DnsOutcome::None), Level::Unknown, Reason::DnsFailure},
        {timed_out, Level::Unknown, Reason::Timeout},
        // A bogus answer must not be believed even if somebody filled it.
        {answer(DnsStatus::Bogus, DnsOutcome::Records, {{10, "mx.example"}}), Level::Unknown,
         Reason::DnssecInvalid},
    };
    for (const auto& row : rows) {
        const MailHosts found = mail_hosts(kExample, row.mx);
        EXPECT_TRUE(found.hosts.empty());
        EXPECT_EQ(found.level, row.level);
        EXPECT_EQ(found.reason, row.reason);
    }
}

TEST(MailHosts, AreOrderedByPreferenceAndNamedOnce) {
    const MailHosts found = mail_hosts(
        kExample,
        answer(DnsStatus::Secure, DnsOutcome::Records,
               {{20, "b.example"}, {10, "z.example"}, {20, "a.example"}, {30, "z.example"}}));
    EXPECT_EQ(found.trust, MxTrust::Secure);
    EXPECT_EQ(names(found),
              (std::vector<std::string>{"10 z.example", "20 a.example", "20 b.example"}));
    EXPECT_FALSE(found.too_many);
}

TEST(MailHosts, IgnoreANullMxBesideOthers) {
    const MailHosts found = mail_hosts(
        kExample, answer(DnsStatus::Insecure, DnsOutcome::Records, {{0, ""}, {10, "a.example"}}));
    EXPECT_EQ(found.trust, MxTrust::Insecure);
    EXPECT_EQ(names(found), std::vector<std::string>{"10 a.example"});
}

TEST(MailHosts, AreTheDomainItselfWithoutMx) {
    const MailHosts found = mail_hosts(kExample, answer(DnsStatus::Secure, DnsOutcome::NoData));
    EXPECT_EQ(found.trust, MxTrust::Secure);
    EXPECT_EQ(names(found), std::vector<std::string>{"0 example.nl"});
    EXPECT_EQ(mail_hosts(kExample, answer(DnsStatus::Insecure, DnsOutcome::NoData)).trust,
              MxTrust::Insecure);
}

TEST(MailHosts, AreTenAtMost) {
    std::vector<MxRecord> records;
    for (std::uint16_t i = 0; i < 11; ++i) {
        records.push_back(
            {static_cast<std::uint16_t>(100 - i), "mx" + std::to_string(i) + ".example"});
    }
    const MailHosts found =
        mail_hosts(kExample, answer(DnsStatus::Secure, DnsOutcome::Records, records));
    EXPECT_EQ(found.hosts.size(), 10U);
    EXPECT_TRUE(found.too_many);
    EXPECT_EQ(found.hosts.front().name, "mx10.example");
}

TEST(MailHosts, RememberTheExpansionOfTheNextHop) {
    MxAnswer aliased = answer(DnsStatus::Secure, DnsOutcome::Records, {{10, "a.example"}});
    aliased.canonical_name = "real.example";
    const MailHosts found = mail_hosts(kExample, aliased);
    ASSERT_EQ(found.next_hop_names.size(), 2U);
    EXPECT_EQ(found.next_hop_names[0].str(), "example.nl");
    EXPECT_EQ(found.next_hop_names[1].str(), "real.example");
}

TEST(MailHosts, OfABracketedNextHopAreTheNamedOne) {
    const MailHosts found = named_host(policy::NextHop::parse("[relay.nl]:587").value());
    EXPECT_EQ(found.trust, MxTrust::Secure);
    EXPECT_EQ(names(found), std::vector<std::string>{"0 relay.nl"});
}

}  // namespace
}  // namespace smarttls::engine
