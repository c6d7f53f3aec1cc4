// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_report.h"

#include <gtest/gtest.h>

#include "policy/text.h"
#include "portal/command/check_hosts.h"
#include "portal/command/check_postfix.h"
#include "smarttls/verdict_json.h"
#include "tests/unit/portal/check_facts.h"
#include "tests/unit/portal/zone.h"

namespace smarttls::portal {
namespace {

using policy::Level;
using policy::Reason;
using policy::Verdict;

class CheckReportTest : public test::CentralEuropeanTime {
  protected:
    static policy::Config config() {
        policy::Config config;
        policy::MailClass medical;
        medical.name = "medical";
        medical.level = policy::Floor::Dane;
        config.classes = {medical};
        return config;
    }

    static Finding finding(const Verdict& verdict, std::string json = {}) {
        Finding finding;
        finding.json = json.empty() ? engine::to_json(verdict) : std::move(json);
        finding.verdict = verdict;
        finding.default_map = "NOTFOUND";
        return finding;
    }

    std::string tell(const Finding& finding, std::size_t columns = 80, Style style = Style::Plain) {
        const Report context{config_, config_.classes[0], {0, columns, style}, test::kNow};
        return report(context, *policy::NextHop::parse("example.nl"), finding);
    }

    std::string line(const Verdict& verdict, std::size_t columns = 80) {
        const Report context{config_, config_.classes[0], {0, columns}, test::kNow};
        return report_line(context, 12, verdict);
    }

    policy::Config config_ = config();
};

TEST_F(CheckReportTest, TellsWhoseMailboxesTheyAre) {
    const auto consumers = policy::ConsumerDomains::parse({{"list", "example.nl\n"}}).value();
    config_.classes[0].consumer = policy::ConsumerMail::Portal;
    Verdict verdict;
    verdict.domain = "example.nl";
    verdict.level = policy::Level::Dane;
    const Report context{config_, config_.classes[0], {0, 80}, test::kNow, &consumers};
    const std::string text = report(context, *policy::NextHop::parse("example.nl"), finding(verdict));
    EXPECT_NE(text.find("\n  It provides mailboxes of consumers (consumer-domains).\n"), std::string::npos) << text;
    EXPECT_NE(text.find("portal"), std::string::npos) << text;
    EXPECT_EQ(tell(finding(verdict)).find("consumers"), std::string::npos);
}

constexpr const char* kExpired = R"(example.nl: level encrypted, grade sufficient
  mx.example.nl presents an expired certificate.
  Checked 5 minutes ago (2026-11-23 08:55:00 CET), graded by NCSC-NL 2025-05;
  kept for 55 minutes more.

Mail servers
  Pref  Mail server    Addresses              Level      Grade
  10    mx.example.nl  192.0.2.1 2001:db8::1  encrypted  sufficient

  TLS      Cipher suite            Group
  TLSv1.3  TLS_AES_256_GCM_SHA384  x25519

  Certificate    Issuer  Key        Expires
  mx.example.nl  R11     ecdsa-256  2 days ago

Protection
  DNSSEC       - absent  the MX records are not signed    RFC 7672 §2.2.1
  DANE         - absent  no TLSA records                  RFC 7672 §2.2
  MTA-STS      - absent  no policy is published           RFC 8461 §3.1
  TLS          + ok      TLSv1.3,                         NCSC-NL 2025-05 §3.3.1
                         TLS_AES_256_GCM_SHA384, x25519
  Certificate  x failed  mx.example.nl presents an        RFC 5280 §6.1.3
                         expired certificate

What would have to change
  level pkix  *  replace the certificate of mx.example.nl that expired on
                 2026-11-21
  level dane  *  sign the zone example.nl with DNSSEC
              *  publish _25._tcp.mx.example.nl TLSA 3 1 1 with the SHA-256
                 digest of its public key

What Postfix is told
  encrypted  master.cf  encrypt
  pkix       map        TEMP example.nl does not reach pkix now: mx.example.nl
                        presents an expired certificate
  mta-sts    map        TEMP example.nl does not reach mta-sts now:
                        mx.example.nl presents an expired certificate
  dane       master.cf  dane-only; nothing leaves: example.nl does not reach
                        dane now: mx.example.nl presents an expired certificate
  default    map        NOTFOUND: it publishes no policy, your own settings hold

What happens to mail
)";

Verdict expired() {
    Verdict verdict = test::verdict(Level::Encrypted, {Reason::CertificateExpired});
    verdict.hosts[0].certificate->not_after = test::kNow - std::chrono::hours(48);
    return verdict;
}

TEST_F(CheckReportTest, OneDomainIsToldWhole) {
    const std::string text = tell(finding(expired()));
    EXPECT_EQ(text.substr(0, std::string_view(kExpired).size()), kExpired);
    EXPECT_NE(text.find("\n  medical  hold  Mail to example.nl is held"), std::string::npos);
}

TEST_F(CheckReportTest, NoLineIsWiderThanTheScreen) {
    Verdict verdict = expired();
    verdict.hosts.push_back(
        test::host("a-very-long-name-of-a-mail-server.in-a-department.of-a-hospital.example.nl", Level::Pkix));
    for (const std::size_t width : {60U, 80U, 120U, 200U}) {
        const std::string text = tell(finding(verdict), width);
        for (const auto one : policy::split(text, '\n')) EXPECT_LE(columns(one), width) << one;
    }
}

TEST_F(CheckReportTest, AWideScreenHasOneTableOfServers) {
    const std::string wide = host_tables(expired().hosts, test::kNow, {2, 200});
    EXPECT_EQ(policy::split(wide, '\n').size(), 3U);
    EXPECT_NE(wide.find("Grade       TLS      Cipher suite"), std::string::npos) << wide;
}

TEST_F(CheckReportTest, RowsOfSeveralServersAreNumbered) {
    Verdict verdict = test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported});
    verdict.hosts.push_back(test::host("mx2.example.nl", Level::Dane));
    const std::string tables = host_tables(verdict.hosts, test::kNow, {2, 80});
    EXPECT_NE(tables.find("  #  TLS      Cipher suite            Group\n  2  TLSv1.3"), std::string::npos) << tables;
}

TEST_F(CheckReportTest, ColoursAreForTerminalsAndStatesNeedNone) {
    EXPECT_EQ(tell(finding(expired())).find('\x1b'), std::string::npos);
    const std::string coloured = tell(finding(expired()), 80, Style::Terminal);
    EXPECT_NE(coloured.find("\x1b[31mx failed\x1b[0m"), std::string::npos);
}

TEST_F(CheckReportTest, StrangersAreEscaped) {
    Verdict verdict = expired();
    verdict.hosts[0].name = "mx\x1b[2J";
    verdict.hosts[0].certificate->issuer = "CN=\u202e";
    const std::string text = tell(finding(verdict));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(text.find("mx\\x1b[2J"), std::string::npos);
    EXPECT_EQ(text.find("\u202e"), std::string::npos);
}

TEST_F(CheckReportTest, AFallAndAStaleVerdictAreWarnedOf) {
    Verdict verdict = expired();
    verdict.best_seen = Level::Dane;
    verdict.stale = true;
    verdict.stale_reasons = {Reason::Busy};
    const std::string text = tell(finding(verdict), 160);
    EXPECT_NE(text.find("It once reached dane: possible downgrade attack."), std::string::npos);
    EXPECT_NE(text.find("stale: the engine could not check again (busy)."), std::string::npos) << text;
    verdict.best_seen = Level::Encrypted;
    verdict.stale = false;
    const std::string same = tell(finding(verdict));
    EXPECT_EQ(same.find("downgrade"), std::string::npos);
    EXPECT_EQ(same.find("stale"), std::string::npos);
}

TEST_F(CheckReportTest, TheServersOfAnNtaRecordStandBelow) {
    Verdict verdict = test::verdict(Level::Dane);
    EXPECT_EQ(tell(finding(verdict)).find("NTA 7516"), std::string::npos);
    verdict.nta7516 = policy::NtaFacts{};
    verdict.nta7516->ntamx = {test::host("nta.example.nl", Level::Plaintext)};
    const std::string text = tell(finding(verdict));
    EXPECT_NE(text.find("Mail servers that its NTA 7516 record names\n"), std::string::npos) << text;
    EXPECT_NE(text.find("nta.example.nl"), std::string::npos);
}

TEST_F(CheckReportTest, ALineSaysThatTheClassMissesTheNtaRecord) {
    Verdict verdict = test::verdict(Level::Dane);
    verdict.nta7516 = policy::NtaFacts{Reason::NtaExpired, {}, {}, {}, {}, {}};
    EXPECT_EQ(line(verdict).find("nta7516"), std::string::npos);
    config_.classes[0].nta_record = policy::NtaRecord::Required;
    EXPECT_TRUE(line(verdict).starts_with("x ")) << line(verdict);
    EXPECT_NE(line(verdict).find("nta7516-expired"), std::string::npos);
}

TEST_F(CheckReportTest, TheHighestLevelHasNothingToChange) {
    EXPECT_NE(tell(finding(test::verdict(Level::Dane))).find("Nothing: this is the highest level"),
              std::string::npos);
}

TEST_F(CheckReportTest, ALineSaysWhetherTheClassIsMet) {
    EXPECT_EQ(line(test::verdict(Level::Dane)), "+ example.nl    dane       sufficient\n");
    EXPECT_EQ(line(expired()), "x example.nl    encrypted  sufficient    certificate-expired\n");
    EXPECT_EQ(line(test::verdict(Level::Unknown, {Reason::Timeout})),
              "? example.nl    unknown    none          timeout\n");
    EXPECT_EQ(line(expired(), 50), "x example.nl    encrypted  sufficient\n    certificate-expired\n");
}

TEST_F(CheckReportTest, PostfixIsToldThePolicyOfEachFloor) {
    const auto all = postfix_answers(test::verdict(Level::Pkix), "OK dane-only");
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0].answer, "encrypt");
    EXPECT_EQ(all[1].answer, "OK secure match=mx.example.nl servername=hostname");
    EXPECT_TRUE(all[2].answer.starts_with("TEMP example.nl does not reach mta-sts now"));
    EXPECT_TRUE(all[3].answer.starts_with("dane-only; nothing leaves: example.nl does not reach dane"));
    EXPECT_EQ(all[4].answer, "OK dane-only");
    EXPECT_TRUE(all[0].passes && all[1].passes && !all[2].passes && !all[3].passes && all[4].passes);
}

TEST_F(CheckReportTest, TheFloorEncryptedDoesNotAskWhatTheDomainForbids) {
    const auto forbidden = postfix_answers(test::verdict(Level::Forbidden, {Reason::TlsaInvalid}), "");
    ASSERT_EQ(forbidden.size(), 4U);
    EXPECT_EQ(forbidden[0].answer, "encrypt");
    const auto plain = postfix_answers(test::verdict(Level::Plaintext, {Reason::StarttlsNotSupported}), "");
    EXPECT_TRUE(plain[0].answer.starts_with("encrypt; nothing leaves: "));
}

TEST_F(CheckReportTest, ACommonNameIsTakenOutOfADistinguishedName) {
    EXPECT_EQ(common_name("CN=R11,O=Let's Encrypt,C=US"), "R11");
    EXPECT_EQ(common_name("O=No name"), "O=No name");
}

}  // namespace
}  // namespace smarttls::portal
