// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_show.h"

#include <boost/json.hpp>
#include <regex>

#include "policy/text.h"
#include "portal/command/exit_status.h"
#include "tests/unit/portal/evidence_sample.h"

namespace smarttls::portal {
namespace {

class EvidenceShowTest : public test::EvidenceCommandTest {
  protected:
    test::Answer show(const std::vector<std::string>& arguments, Style style = Style::Plain) {
        return run(evidence_show, arguments, style);
    }
};

constexpr const char* kDirectStory = R"(4XyZ1k3Qz1z9: accepted for direct delivery

  Time      Monday 2026-11-23 09:00:00 CET
  Class     medical, demands dane
  From      alice@org.example
  Client    192.0.2.7, user alice
  Content   SHA-256 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  Config    0123456789abcdef
  Evidence  1, SubmissionAcceptance, ID

  To bob@example.nl: direct
    mx1.example.nl is authenticated by DANE, and class medical demands dane
    Rule: meets-level
    Verdict on example.nl: dane, checked 2026-11-23 08:59:58 CET
      DNSSEC       MX signed
      mx1.example.nl (preference 10): dane
        TLS          TLSv1.3, TLS_AES_256_GCM_SHA384, x25519
        Certificate  valid 2026-10-01 to 2026-12-30, of CN=mx1.example.nl, issued by CN=R11,O=Let's
                     Encrypt,C=US, ecdsa-256, signed with sha256
        DANE         verified, TLSA 3 1 1
)";

constexpr const char* kHeldStory = R"(4XyZ2m0Fk7z9: accepted and held until a person releases it

  Time      Monday 2026-11-23 10:00:00 CET
  Class     medical, demands dane
  From      alice@org.example
  Client    192.0.2.7, user alice
  Note      the control header X-SmartTLS-Class was removed: 198.51.100.9 is not a trusted
            network\x1b[2J
  Content   SHA-256 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  Config    0123456789abcdef
  Evidence  2, SubmissionAcceptance, ID

  To bob@example.nl: hold (alone: direct)
    mx1.example.nl is authenticated by DANE, and class medical demands dane
    Rule: meets-level
    Verdict on example.nl: dane, checked 2026-11-23 08:59:58 CET
      DNSSEC       MX signed
      mx1.example.nl (preference 10): dane
        TLS          TLSv1.3, TLS_AES_256_GCM_SHA384, x25519
        Certificate  valid 2026-10-01 to 2026-12-30, of CN=mx1.example.nl, issued by CN=R11,O=Let's
                     Encrypt,C=US, ecdsa-256, signed with sha256
        DANE         verified, TLSA 3 1 1

  To carol@example.org: hold
    mx.example.org presents an expired certificate, and class medical demands dane; a certificate
    that a TLSA record names would have made it direct
    Rule: insecure
    Verdict on example.org: encrypted, checked 2026-11-23 08:59:59 CET
      DNSSEC       MX not signed
      Reasons      certificate-expired
      mx.example.org (preference 0): encrypted
        TLS          TLSv1.2, ECDHE-RSA-AES256-GCM-SHA384
        Certificate  valid 2020-01-01 to 2021-01-01, of CN=\x1b[31mmx
        DANE         none
        Reasons      certificate-expired, certificate-self-signed
      mx2.example.org (preference 20): unknown
        Reasons      timeout
)";

constexpr const char* kRefusedStory = R"(R3: refused

  Time      Monday 2026-11-23 11:00:00 CET
  Class     medical, demands dane
  From      <> (the null sender)
  Client    192.0.2.7, user alice
  Reply     550 5.7.1 class mail needs a sender
  Config    0123456789abcdef
  Evidence  1, SubmissionRejection, ID
)";

/// Each record has another.
std::string without_identifiers(const std::string& text) {
    static const std::regex kIdentifier("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    return std::regex_replace(text, kIdentifier, "ID");
}

TEST_F(EvidenceShowTest, AMessageTellsItsStory) {
    append_sample();
    const auto direct = show({"4XyZ1k3Qz1z9"});
    EXPECT_EQ(direct.status, kExitYes);
    EXPECT_EQ(without_identifiers(direct.out), kDirectStory);
    EXPECT_EQ(direct.err, "");
}

TEST_F(EvidenceShowTest, AHeldMessageSaysWhichRecipientIsToBlame) {
    append_sample();
    EXPECT_EQ(without_identifiers(show({"4XyZ2m0Fk7z9"}).out), kHeldStory);
}

TEST_F(EvidenceShowTest, ARefusedMessageHasItsReply) {
    store::EvidenceRecord refused = test::refused_message();
    refused.queue_id = "R3";
    append({refused});
    EXPECT_EQ(without_identifiers(show({"R3"}).out), kRefusedStory);
}

TEST_F(EvidenceShowTest, AQueueIdUsedTwiceHasTwoStoriesNewestLast) {
    store::EvidenceRecord again = test::direct_message();
    again.time += std::chrono::hours(24 * 30);
    append({again, test::direct_message()});
    const std::string out = show({"4XyZ1k3Qz1z9"}).out;
    const std::size_t november = out.find("Monday 2026-11-23 09:00:00 CET");
    const std::size_t december = out.find("Wednesday 2026-12-23 09:00:00 CET");
    ASSERT_NE(november, std::string::npos);
    ASSERT_NE(december, std::string::npos);
    EXPECT_LT(november, december);
}

TEST_F(EvidenceShowTest, NoLineIsLongerThanOneHundredColumns) {
    append_sample();
    const std::string out = show({"4XyZ2m0Fk7z9"}).out;
    for (const std::string_view line : policy::split(out, '\n')) EXPECT_LE(columns(line), 100U);
}

TEST_F(EvidenceShowTest, ColoursAreForTerminalsOnlyAndStrangersHaveNone) {
    append_sample();
    EXPECT_EQ(show({"4XyZ2m0Fk7z9"}).out.find('\x1b'), std::string::npos);
    const std::string out = show({"4XyZ2m0Fk7z9"}, Style::Terminal).out;
    EXPECT_NE(out.find("\x1b[33mhold (alone: direct)\x1b[0m"), std::string::npos);
    EXPECT_NE(out.find("example.nl: \x1b[32mdane\x1b[0m"), std::string::npos);
    EXPECT_EQ(out.find("\x1b[31mmx"), std::string::npos);
    EXPECT_EQ(out.find("\x1b[2J"), std::string::npos);
}

TEST_F(EvidenceShowTest, JsonIsOneObjectPerLineWithStableNames) {
    append_sample();
    const std::string out = without_identifiers(show({"4XyZ1k3Qz1z9", "--json"}).out);
    EXPECT_EQ(
        out,
        std::string(
            R"({"id":1,"identifier":"ID","event":"SubmissionAcceptance","shown":"clear",)"
            R"("time":"2026-11-23T08:00:00.123Z",)"
            R"("class":"medical","queue_id":"4XyZ1k3Qz1z9","sender":"alice@org.example",)"
            R"("client":"192.0.2.7, user alice","mark":"","mode":"","outcome":"direct","floor":"dane",)"
            R"("content_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",)"
            R"("config_version":"0123456789abcdef","reply":"","note":"","recipients":[{)"
            R"("shown":"clear","address":"bob@example.nl","domain":"example.nl","outcome":"direct",)"
            R"("rule":"meets-level","explanation":"mx1.example.nl is authenticated by DANE, )"
            R"(and class medical demands dane","kind":"","floor":"","exception":0,"verdict":)") +
            test::kDaneVerdict + "}]}\n");
}

TEST_F(EvidenceShowTest, TellsWhatMarkedTheMailAndThatItWasShadowMode) {
    store::EvidenceRecord record = test::direct_message();
    record.mark = "subject tag [secure]";
    record.mode = store::kShadowMode;
    append({record});
    const std::string out = show({"4XyZ1k3Qz1z9"}).out;
    EXPECT_NE(out.find("subject tag [secure]"), std::string::npos) << out;
    EXPECT_NE(out.find("shadow: nothing of this was done"), std::string::npos) << out;
}

TEST_F(EvidenceShowTest, JsonCarriesEveryByteThatItCan) {
    store::EvidenceRecord odd = test::direct_message();
    odd.note = "\"quote\" \\ \x1b \x7f \u009b \u202e caf\u00e9 \xff \n";
    odd.recipients[0].verdict_json = "no json";
    odd.recipients.push_back(odd.recipients[0]);
    odd.recipients[1].verdict_json = "";
    append({odd});
    const std::string out = show({"4XyZ1k3Qz1z9", "--json"}).out;
    for (const char byte : out.substr(0, out.size() - 1)) {
        EXPECT_TRUE(static_cast<unsigned char>(byte) >= 0x20 && byte != '\x7f');
    }
    const boost::json::value parsed = boost::json::parse(out);
    EXPECT_EQ(parsed.at("note").as_string(),
              "\"quote\" \\ \x1b \x7f \u009b \u202e caf\u00e9 \u00ff \n");
    EXPECT_EQ(parsed.at("recipients").at(0).at("verdict").as_string(), "no json");
    EXPECT_TRUE(parsed.at("recipients").at(1).at("verdict").is_null());
}

TEST_F(EvidenceShowTest, AVerdictOfAnotherShapeIsToldAsFarAsItCanBeRead) {
    struct Row {
        std::string verdict;
        std::string told;
    };
    const std::vector<Row> table{
        {"", ""},
        {"{", "    The stored verdict is not readable.\n"},
        {"[]", "    The stored verdict is not readable.\n"},
        {R"({"domain":"a.nl","level":"dane","grade":"phase-out","hosts":[{"name":"mx.a.nl","level":"dane",)"
         R"("grade":"phase-out","weak":[{"what":"rsa-2048","grade":"phase-out","depth":1},7],)"
         R"("tls":{"protocol":"TLSv1.3","lax":true}}]})",
         "    Verdict on a.nl: dane, grade phase-out\n      mx.a.nl: dane, grade phase-out\n"
         "        TLS          TLSv1.3, which delivery does not offer\n"
         "        Weak         rsa-2048 in its chain (phase-out)\n"},
        {R"({"domain":"a.nl","level":"dane","grade":"none"})", "    Verdict on a.nl: dane\n"},
        {R"({"domain":"a.nl","level":"plaintext","hosts":{}})", "    Verdict on a.nl: plaintext\n"},
        {R"({"domain":"a.nl","level":"dane","nta7516":{"valid":true,"provider":"Carrier","start":"2024-01",)"
         R"("end":"2027-12","ntamx":[]}})",
         "    Verdict on a.nl: dane\n"
         "      NTA 7516     valid, by Carrier, from 2024-01 to 2027-12\n"},
        {R"({"domain":"a.nl","level":"dane","nta7516":{"valid":false,"why":"nta7516-missing"}})",
         "    Verdict on a.nl: dane\n"
         "      NTA 7516     not valid, nta7516-missing\n"},
        {R"({"domain":"a.nl","level":"new-level","checked":"today","mx_secure":"yes"})",
         "    Verdict on a.nl: new-level, checked today\n"},
        {R"({"domain":"a.nl","level":"dane","hosts":[{"name":"mx.a.nl","level":"dane","tls":[],)"
         R"("certificate":7,"dane":{"status":"verified"},"reasons":"none"}]})",
         "    Verdict on a.nl: dane\n      mx.a.nl: dane\n        DANE         verified\n"},
    };
    for (const auto& [verdict, told] : table) {
        store::EvidenceRecord record = test::direct_message();
        record.recipients[0].verdict_json = verdict;
        std::filesystem::remove(config_.store.evidence);
        std::filesystem::remove(config_.store.evidence + "-wal");
        std::filesystem::remove(config_.store.evidence + "-shm");
        append({record});
        const std::string out = show({"4XyZ1k3Qz1z9"}).out;
        const std::string rule = "    Rule: meets-level\n";
        EXPECT_EQ(out.substr(out.find(rule) + rule.size()), told) << verdict;
    }
}

TEST_F(EvidenceShowTest, NothingFoundIsOne) {
    append_sample();
    const auto none = show({"B\x1b"});
    EXPECT_EQ(none.status, kExitNo);
    EXPECT_EQ(none.out, "");
    EXPECT_EQ(none.err, "smarttls: there is no evidence about B\\x1b\n");
}

TEST_F(EvidenceShowTest, WithoutAQueueIdTheUsageIsWrong) {
    const auto wrong = show({});
    EXPECT_EQ(wrong.status, kExitUsage);
    EXPECT_EQ(wrong.err,
              "smarttls: evidence show: the queue id is missing (see smarttls evidence show "
              "--help)\n");
    const auto help = show({"--help"});
    EXPECT_EQ(help.status, kExitYes);
    EXPECT_TRUE(help.out.starts_with("usage: smarttls evidence show QUEUE-ID [--json]\n"));
}

TEST_F(EvidenceShowTest, ADatabaseThatIsNotThereIsUnavailable) {
    const auto missing = show({"A1"});
    EXPECT_EQ(missing.status, kExitUnavailable);
    EXPECT_NE(missing.err.find(config_.store.evidence), std::string::npos);
    EXPECT_NE(missing.err.find("No such file or directory"), std::string::npos);
}

TEST_F(EvidenceShowTest, WhatAnAdministratorHasToMendIsConfiguration) {
    append_sample();
    auto database = store::Database::open(config_.store.evidence, store::OpenMode::Existing);
    ASSERT_TRUE(database->exec("PRAGMA user_version = 99"));
    EXPECT_EQ(show({"A1"}).status, kExitConfig);
    config_.store.evidence.clear();
    EXPECT_EQ(show({"A1"}).status, kExitConfig);
}

}  // namespace
}  // namespace smarttls::portal
