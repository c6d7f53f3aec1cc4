// SPDX-License-Identifier: Apache-2.0
#include "smarttls/verdict_json.h"

#include <gtest/gtest.h>

#include "smarttls/netstring.h"
#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {
namespace {

using policy::DaneStatus;
using policy::Level;
using policy::Reason;
using policy::Verdict;

constexpr std::string_view kFull =
    R"({"domain":"example.nl","level":"dane","grade":"phase-out","reasons":[],"mx_secure":true,)"
    R"("checked":"2026-11-23T08:00:00Z","expires":"2026-11-23T09:00:00Z",)"
    R"("profile":"NCSC-NL 2025-05",)"
    R"("hosts":[{"name":"mx1.example.nl","preference":10,"addresses":["192.0.2.1","2001:db8::1"],)"
    R"("level":"dane","grade":"phase-out","reasons":["certificate-expired","weak-key"],)"
    R"("weak":[{"reason":"weak-key","what":"rsa-2048","grade":"phase-out","depth":1},)"
    R"({"reason":"weak-cipher","what":"X","grade":"phase-out"}],)"
    R"("tls":{"protocol":"TLSv1.3","suite":"TLS_AES_256_GCM_SHA384","group":"x25519"},)"
    R"("certificate":{"subject":"CN=mx1.example.nl","issuer":"CN=Lab","names":["mx1.example.nl"],)"
    R"("not_before":"2026-01-01T00:00:00Z","not_after":"2026-11-01T00:00:00Z",)"
    R"("key":"ecdsa-256","signature":"sha256","sha256":"00ff","curve":"secp256r1"},)"
    R"("chain":[{"subject":"CN=Lab","issuer":"CN=Root","names":[],)"
    R"("not_before":"2026-01-01T00:00:00Z","not_after":"2026-11-01T00:00:00Z",)"
    R"("key":"rsa-2048","signature":"sha256","sha256":"ff00"}],)"
    R"("dane":{"status":"verified","usage":3,"selector":1,"matching":1}}]})";

constexpr std::string_view kLeast =
    R"({"domain":"[relay.example.nl]:587","level":"unknown","grade":"none","reasons":["timeout"],)"
    R"("mx_secure":false,"checked":"2026-11-23T08:00:00Z","expires":"2026-11-23T09:00:00Z",)"
    R"("hosts":[{"name":"relay.example.nl","preference":0,"addresses":[],"level":"unknown",)"
    R"("grade":"none","reasons":["timeout","busy"],"dane":{"status":"none"}}]})";

TEST(VerdictJson, SaysWhatWasSeenBeforeAndThatItIsStale) {
    Verdict stale = verdict("a.nl", Level::Plaintext, {}, {Reason::Downgrade});
    stale.best_seen = Level::Dane;
    stale.stale = true;
    stale.stale_reasons = {Reason::Timeout, Reason::Busy};
    const std::string text = to_json(stale);
    EXPECT_NE(text.find(R"("reasons":["downgrade"],)"), std::string::npos) << text;
    EXPECT_NE(text.find(R"(Z","best_seen":"dane","stale":true,"stale_reasons":["timeout","busy"],)"),
              std::string::npos)
        << text;
    const Verdict read = parse_verdict(text).value();
    EXPECT_EQ(read.best_seen, Level::Dane);
    EXPECT_TRUE(read.stale);
    EXPECT_EQ(read.stale_reasons, stale.stale_reasons);
    EXPECT_EQ(to_json(read), text);
}

Verdict full() {
    Verdict result = verdict("example.nl", Level::Dane, {host("mx1.example.nl", Level::Dane)});
    policy::HostVerdict& mx = result.hosts[0];
    mx.addresses = {"192.0.2.1", "2001:db8::1"};
    mx.grade = result.grade = policy::Grade::PhaseOut;
    result.profile = "NCSC-NL 2025-05";
    mx.reasons = {Reason::CertificateExpired, Reason::WeakKey};
    mx.weak = {{Reason::WeakKey, policy::Grade::PhaseOut, "rsa-2048", 1},
               {Reason::WeakCipher, policy::Grade::PhaseOut, "X", 0}};
    mx.tls = policy::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519"};
    mx.certificate = policy::CertificateFacts{
        "CN=mx1.example.nl",        "CN=Lab",    {"mx1.example.nl"}, at("2026-01-01T00:00:00Z"),
        at("2026-11-01T00:00:00Z"), "ecdsa-256", "sha256",           "00ff",
        "secp256r1"};
    mx.chain = {policy::CertificateFacts{
        "CN=Lab",   "CN=Root", {}, at("2026-01-01T00:00:00Z"), at("2026-11-01T00:00:00Z"),
        "rsa-2048", "sha256",  "ff00"}};
    mx.dane = {DaneStatus::Verified, 3, 1, 1};
    return result;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result(text);
    const std::size_t place = result.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return result.replace(place, from.size(), to);
}

TEST(VerdictJson, WritesTheDocumentedTextInTheDocumentedOrder) {
    EXPECT_EQ(to_json(full()), kFull);
}

constexpr std::string_view kSts =
    R"("sts":{"mode":"enforce","id":"20261101","max_age":604800,"mx":["*.example.nl"]},)";

TEST(VerdictJson, ShowsTheMtaStsPolicyBeforeTheHosts) {
    Verdict changed = full();
    changed.sts =
        policy::StsFacts{policy::StsMode::Enforce, "20261101", 604800, {"*.example.nl"}};
    const std::string expected = replaced(kFull, R"("hosts")", std::string(kSts) + R"("hosts")");
    EXPECT_EQ(to_json(changed), expected);
    const auto parsed = parse_verdict(expected);
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(to_json(*parsed), expected);
    EXPECT_FALSE(parse_verdict(replaced(expected, "enforce", "maybe")));
}

TEST(VerdictJson, ReadsBackWhatItWrites) {
    for (const std::string_view text : {kFull, kLeast}) {
        const auto parsed = parse_verdict(text);
        ASSERT_TRUE(parsed) << parsed.error().what;
        EXPECT_EQ(to_json(*parsed), text);
    }
}

TEST(VerdictJson, LeavesOutAnUnknownGroup) {
    Verdict changed = full();
    changed.hosts[0].tls->group.clear();
    EXPECT_NE(to_json(changed).find(R"("suite":"TLS_AES_256_GCM_SHA384"},"certificate")"),
              std::string::npos);
}

TEST(VerdictJson, IgnoresMembersAndReasonsOfANewerEngine) {
    std::string text =
        replaced(kFull, R"({"domain")", R"({"future":"good","later":{"valid":true},"domain")");
    text = replaced(text, R"(["certificate-expired",)",
                    R"(["from-the-future","certificate-expired",)");
    const auto parsed = parse_verdict(text);
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(to_json(*parsed), kFull);
}

struct Mistake {
    const char* from;
    const char* to;
    const char* what;
};

TEST(VerdictJson, RefusesMistakesInWhatItKnowsAndNamesTheMember) {
    const std::vector<Mistake> mistakes{
        {R"("domain":"example.nl",)", "", "verdict: domain: it is missing"},
        {R"("domain":"example.nl")", R"("domain":7)", "domain: it is not a string"},
        {R"("level":"dane","grade":"phase-out","reasons":[],"mx)",
         R"("level":"Dane","grade":"phase-out","reasons":[],"mx)",
         "verdict: level: it is none"},
        {R"("reasons":[],)", R"("reasons":"busy",)", "verdict: reasons: it is not an array"},
        {R"("reasons":[],)", R"("reasons":[3],)", "reasons: element 0: it is not a string"},
        {R"("mx_secure":true)", R"("mx_secure":1)", "mx_secure: it is neither true nor false"},
        {R"("2026-11-23T08:00:00Z")", R"("yesterday")", "checked: it is not a time"},
        {R"("preference":10)", R"("preference":65536)", "hosts: element 0: preference: it is not"},
        {R"("preference":10)", R"("preference":-1)", "preference: it is not a whole number"},
        {R"("preference":10)", R"("preference":1.5)", "preference: it is not a whole number"},
        {R"("usage":3)", R"("usage":256)", "dane: usage: it is not a whole number from 0 to 255"},
        {R"("status":"verified")", R"("status":"fine")", "dane: status: it is none"},
        {R"("suite":"TLS_AES_256_GCM_SHA384",)", "", "tls: suite: it is missing"},
        {R"("key":"ecdsa-256",)", R"("key":null,)", "certificate: key: it is not a string"},
        {R"("dane":{)", R"("tlsa":{)", "dane: it is missing"},
        {R"("grade":"phase-out","reasons":[],)", R"("grade":"best","reasons":[],)",
         "verdict: grade: it is none"},
        {R"("reason":"weak-key",)", R"("reason":"tired",)", "weak: element 0: reason: it is none"},
        {R"("chain":[{"subject":"CN=Lab",)", R"("chain":[{)", "chain: element 0: subject: it is"},
    };
    for (const Mistake& mistake : mistakes) {
        const auto parsed = parse_verdict(replaced(kFull, mistake.from, mistake.to));
        ASSERT_FALSE(parsed) << mistake.to;
        EXPECT_EQ(parsed.error().kind, policy::ErrorKind::Malformed);
        EXPECT_NE(parsed.error().what.find(mistake.what), std::string::npos) << parsed.error().what;
    }
}

TEST(VerdictJson, RefusesWhatIsNoVerdict) {
    const std::string deep = R"({"hosts":)" + std::string(50000, '[');
    for (const std::string& text :
         {std::string(), std::string("null"), std::string("[]"), std::string("{}"),
          std::string(kFull) + "x", deep, std::string(kFull.substr(0, kFull.size() - 1)),
          std::string(kFull) + std::string(kLongestReply, ' ')}) {
        EXPECT_FALSE(parse_verdict(text)) << text.substr(0, 40);
    }
}

TEST(VerdictJson, MakesForeignBytesHarmless) {
    Verdict changed = full();
    changed.hosts[0].certificate->subject =
        "CN=\"a\\b\",O=\xff\xc3\xa9\n\x7f" + std::string(600, 'x');
    const auto parsed = parse_verdict(to_json(changed));
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(parsed->hosts[0].certificate->subject,
              "CN=\"a\\b\",O=?????" + std::string(512 - 16, 'x'));
}

TEST(VerdictJson, ReadsAVerdictOfAnEngineThatDidNotGrade) {
    const auto parsed = parse_verdict(replaced(kLeast, R"("grade":"none",)", ""));
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(parsed->grade, policy::Grade::None);
}

TEST(VerdictJson, MarksAnExaminationThatDeliveryWouldNotRepeat) {
    Verdict changed = full();
    changed.hosts[0].tls->lax = true;
    const std::string text = to_json(changed);
    EXPECT_NE(text.find(R"("group":"x25519","lax":true})"), std::string::npos);
    EXPECT_TRUE(parse_verdict(text)->hosts[0].tls->lax);
}

TEST(VerdictJson, FitsIntoAReplyWhateverTheCertificatesSay) {
    Verdict changed = full();
    changed.hosts[0].certificate->names.assign(1000, std::string(253, 'n'));
    changed.hosts[0].chain.assign(9, *changed.hosts[0].certificate);
    changed.hosts.resize(10, changed.hosts[0]);
    const std::string text = to_json(changed);
    EXPECT_LE(text.size(), kLongestReply - 3);
    const auto parsed = parse_verdict(text);
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(parsed->hosts.size(), 10U);
    EXPECT_EQ(parsed->hosts[9].certificate->names.size(), 8U);
}

policy::Verdict with_nta(std::optional<Reason> why) {
    policy::Verdict verdict;
    verdict.domain = "example.nl";
    verdict.nta7516.emplace();
    verdict.nta7516->why = why;
    return verdict;
}

TEST(VerdictJson, KeepsTheNtaRecordAndItsHosts) {
    policy::Verdict verdict = with_nta(std::nullopt);
    policy::NtaFacts& nta = *verdict.nta7516;
    nta.provider = "Carrier";
    nta.start = "2024-01";
    nta.end = "2027-12";
    EXPECT_NE(to_json(verdict).find(
                  R"("nta7516":{"valid":true,"provider":"Carrier","start":"2024-01","end":"2027-12","ntamx":[]})"),
              std::string::npos)
        << to_json(verdict);
    nta.ntamx.emplace_back().name = "nta.example.nl";
    nta.ntamx[0].level = Level::Dane;
    nta.ntamx[0].dane.status = DaneStatus::Unchecked;
    const auto read = parse_verdict(to_json(verdict)).value();
    ASSERT_TRUE(read.nta7516);
    EXPECT_TRUE(is_valid(*read.nta7516));
    ASSERT_EQ(read.nta7516->ntamx.size(), 1U);
    EXPECT_EQ(read.nta7516->ntamx[0].level, Level::Dane);
    EXPECT_EQ(read.nta7516->ntamx[0].dane.status, DaneStatus::Unchecked);
    EXPECT_TRUE(read.hosts.empty());
}

TEST(VerdictJson, KeepsWhyThereIsNoValidNtaRecord) {
    const std::string text = to_json(with_nta(Reason::NtaMissing));
    EXPECT_NE(text.find(R"("nta7516":{"valid":false,"why":"nta7516-missing"})"), std::string::npos) << text;
    EXPECT_EQ(parse_verdict(text)->nta7516->why, Reason::NtaMissing);
    std::string newer = text;
    newer.replace(newer.find("nta7516-missing"), 15, "nta7516-revoked");
    EXPECT_EQ(parse_verdict(newer)->nta7516->why, Reason::NtaInvalid);
    std::string wrong = text;
    wrong.replace(wrong.find("false,\"why"), 5, "true");
    EXPECT_FALSE(parse_verdict(wrong));
    EXPECT_FALSE(parse_verdict(to_json(policy::Verdict{}))->nta7516);  // of an older engine
}

}  // namespace
}  // namespace smarttls::engine
