// SPDX-License-Identifier: Apache-2.0
#include "smarttls/maps.h"

#include <gtest/gtest.h>

#include "policy/explanation.h"
#include "smarttls/netstring.h"
#include "smarttls/verdict_json.h"
#include "tests/unit/smarttls/verdicts.h"

namespace smarttls::engine {
namespace {

using policy::Level;
using policy::Reason;
using policy::Verdict;

std::string reply(Map map, const Verdict& verdict) {
    return format_answer(answer(map, KeptVerdict(verdict)));
}

std::string refusal(std::string_view request) {
    const auto parsed = parse_question(request);
    const auto* known = std::get_if<MapAnswer>(&parsed);
    return known != nullptr ? format_answer(*known) : "a question";
}

struct Asked {
    const char* request;
    Map map;
    const char* next_hop;
};

TEST(Maps, ReadsQuestions) {
    const std::vector<Asked> questions{
        {"verdict example.nl", Map::Verdict, "example.nl"},
        {"fresh Example.NL.", Map::Fresh, "example.nl"},
        {"pkix [relay.nl]:587", Map::Pkix, "[relay.nl]:587"},
        {"mta-sts example.nl:25", Map::MtaSts, "example.nl"},
        {"default example.nl", Map::Default, "example.nl"},
        {"pkix b\xc3\xbc"
         "cher.example",
         Map::Pkix, "xn--bcher-kva.example"},
    };
    for (const Asked& expected : questions) {
        const auto parsed = parse_question(expected.request);
        ASSERT_TRUE(std::holds_alternative<MapQuestion>(parsed)) << expected.request;
        EXPECT_EQ(std::get<MapQuestion>(parsed).map, expected.map);
        EXPECT_EQ(std::get<MapQuestion>(parsed).next_hop.str(), expected.next_hop);
    }
}

TEST(Maps, AnswersParentLookUpsOfPostfixWithNotFound) {
    EXPECT_EQ(refusal("pkix .example.nl"), "NOTFOUND ");
    EXPECT_EQ(refusal("mta-sts .nl"), "NOTFOUND ");
    EXPECT_EQ(refusal("verdict .example.nl"), "NOTFOUND ");
}

TEST(Maps, RefusesAddressesForEverAndSaysWhy) {
    for (const std::string key : {"[192.0.2.1]", "[192.0.2.1]:587", "192.0.2.1", "[2001:db8::1]",
                                  "[IPv6:2001:db8::1]", "[ipv6:2001:db8::1]:25"}) {
        EXPECT_EQ(refusal("pkix " + key),
                  "PERM no certificate or TLSA record authenticates the "
                  "address \"" +
                      key + "\"; route this mail by the name of its server");
    }
}

TEST(Maps, LeavesOrdinaryMailToWhatIsNoDomainAlone) {
    for (const std::string key : {"[192.0.2.1]", "[127.0.0.1]:10024", "2001:db8::1", "[IPv6:::1]",
                                  ".example.nl", "unix:/run/lmtp", "a b", "[x]y", "", "\xff.nl"}) {
        EXPECT_EQ(refusal("default " + key), "NOTFOUND ") << key;
    }
}

TEST(Maps, RefusesWhatIsNoQuestion) {
    EXPECT_EQ(refusal("ordinary example.nl"),
              "PERM no map \"ordinary\"; there are verdict, fresh, mta-sts, pkix, default, cache and flush");
    for (const std::string request :
         {"", " ", "pkix", "pkix ", "Pkix example.nl", "pkix  example.nl", "pkix a b", "pkix [",
          "pkix []", "pkix [x]y", "pkix example.nl:0", "pkix example.nl:65536", "pkix a..nl",
          "pkix user@example.nl", "pkix *.nl", "pkix \xff.nl"}) {
        EXPECT_TRUE(refusal(request).starts_with("PERM ")) << request;
    }
    EXPECT_EQ(refusal(std::string("pkix a\n\0b", 9)).find_first_of(std::string("\n\0", 2)),
              std::string::npos);
}

TEST(Maps, AnswersVerdictAndFreshWithJson) {
    const Verdict dane = verdict("example.nl", Level::Dane);
    EXPECT_EQ(reply(Map::Verdict, dane), "OK " + to_json(dane));
    EXPECT_EQ(reply(Map::Fresh, dane), "OK " + to_json(dane));
}

struct Row {
    const char* what;
    Verdict verdict;
    const char* pkix;     // {why} stands for policy::describe()
    const char* mta_sts;  // null: said by other rows
};

std::string expected(std::string text, const Verdict& verdict) {
    constexpr std::string_view kWhy = "{why}";
    const std::size_t place = text.find(kWhy);
    if (place != std::string::npos) text.replace(place, kWhy.size(), policy::describe(verdict));
    return text;
}

std::vector<Row> rows() {
    const auto domain = [](Level level, std::vector<policy::HostVerdict> hosts,
                           std::vector<Reason> reasons = {}) {
        return verdict("x.nl", level, std::move(hosts), std::move(reasons));
    };
    const auto pkix = host("mx1.x.nl", Level::Pkix);
    return {
        {"all hosts by DANE", domain(Level::Dane, {host("mx1.x.nl", Level::Dane)}), "OK dane-only",
         "OK dane-only"},
        {"the counted hosts by DANE (mx = best), a backup below",
         domain(Level::Dane, {host("mx1.x.nl", Level::Dane), host("mx2.x.nl", Level::Plaintext)}),
         "OK dane-only", "OK dane-only"},
        {"two certificates", domain(Level::Pkix, {pkix, host("MX2.y.nl.", Level::Pkix)}),
         "OK secure match=mx1.x.nl:mx2.y.nl servername=hostname",
         "TEMP x.nl does not reach mta-sts now: {why}"},
        {"MTA-STS", domain(Level::MtaSts, {host("mx1.x.nl", Level::MtaSts)}),
         "OK secure match=mx1.x.nl servername=hostname",
         "OK secure match=mx1.x.nl servername=hostname"},
        {"MTA-STS, beside hosts that DANE authenticates or the policy forbids",
         domain(Level::MtaSts,
                {host("mx0.x.nl", Level::Dane), host("mx1.x.nl", Level::MtaSts),
                 host("mx2.x.nl", Level::MtaSts),
                 host("mx3.x.nl", Level::Forbidden, {Reason::StsMxMismatch})}),
         "OK secure match=mx1.x.nl:mx2.x.nl servername=hostname",
         "OK secure match=mx1.x.nl:mx2.x.nl servername=hostname"},
        {"forbidden by MTA-STS",
         domain(Level::Forbidden, {host("mx.x.nl", Level::Forbidden, {Reason::StsMxMismatch})}),
         "TEMP x.nl forbids delivery now: {why}", "TEMP x.nl forbids delivery now: {why}"},
        {"the same host twice", domain(Level::Pkix, {pkix, pkix}),
         "OK secure match=mx1.x.nl servername=hostname", nullptr},
        {"a backup below that does not count",
         domain(Level::Pkix, {pkix, host("mx2.x.nl", Level::Encrypted)}),
         "OK secure match=mx1.x.nl servername=hostname", nullptr},
        {"a DANE host, whose certificate may be self-signed, beside a certificate",
         domain(Level::Pkix, {host("mx0.x.nl", Level::Dane), pkix}),
         "OK secure match=mx1.x.nl servername=hostname", nullptr},
        {"only a DANE host, but the domain is not",
         domain(Level::Pkix, {host("mx0.x.nl", Level::Dane)}),
         "TEMP no mail server of x.nl is known to have a certificate for its name from a trusted "
         "authority",
         nullptr},
        {"names that mean something else to Postfix",
         domain(Level::Pkix, {host("hostname", Level::Pkix), host("nexthop", Level::Pkix),
                              host("a.nl:b.nl", Level::Pkix), host("a.nl,b.nl", Level::Pkix),
                              host("a.nl servername=b.nl", Level::Pkix), host(".nl", Level::Pkix),
                              host("*.nl", Level::Pkix), host("", Level::Pkix), pkix}),
         "OK secure match=mx1.x.nl servername=hostname", nullptr},
        {"expired",
         domain(Level::Encrypted,
                {host("mx.x.nl", Level::Encrypted, {Reason::CertificateExpired})}),
         "TEMP x.nl does not reach pkix now: mx.x.nl presents an expired certificate",
         "TEMP x.nl does not reach mta-sts now: mx.x.nl presents an expired certificate"},
        {"plaintext",
         domain(Level::Plaintext,
                {host("mx.x.nl", Level::Plaintext, {Reason::StarttlsNotSupported})}),
         "TEMP x.nl does not reach pkix now: mx.x.nl offers no STARTTLS", nullptr},
        {"unknown", domain(Level::Unknown, {}, {Reason::DnsFailure}),
         "TEMP nothing is known about the mail servers of x.nl now: {why}",
         "TEMP nothing is known about the mail servers of x.nl now: {why}"},
        {"forbidden",
         domain(Level::Forbidden, {host("mx.x.nl", Level::Forbidden, {Reason::TlsaInvalid})}),
         "TEMP x.nl forbids delivery now: {why}", nullptr},
        {"no mail", domain(Level::NoMail, {}, {Reason::NullMx}), "TEMP {why}", nullptr},
    };
}

TEST(Maps, AnswersThePolicyThatKeepsTheFloor) {
    for (const Row& row : rows()) {
        EXPECT_EQ(reply(Map::Pkix, row.verdict), expected(row.pkix, row.verdict)) << row.what;
        if (row.mta_sts != nullptr) {
            EXPECT_EQ(reply(Map::MtaSts, row.verdict), expected(row.mta_sts, row.verdict))
                << row.what;
        }
    }
}

TEST(Maps, NeverAnswersAPolicyThatCanLeak) {
    constexpr Level kLevels[] = {Level::Unknown,   Level::NoMail,    Level::Forbidden,
                                 Level::Plaintext, Level::Encrypted, Level::Pkix,
                                 Level::MtaSts,    Level::Dane};
    for (const Level domain : kLevels) {
        for (const Level one : kLevels) {
            const Verdict mixed =
                verdict("x.nl", domain, {host("a.nl", one), host("b.nl", domain)});
            for (const Map map : {Map::Pkix, Map::MtaSts, Map::Default}) {
                const std::string text = reply(map, mixed);
                const bool safe = text == "OK dane-only" || text == "NOTFOUND " || text.starts_with("TEMP ") ||
                                  text.starts_with("OK secure match=");
                EXPECT_TRUE(safe) << text;
                EXPECT_EQ(text == "OK dane-only", domain == Level::Dane) << text;
                EXPECT_TRUE(text != "NOTFOUND " || map == Map::Default) << text;
                if (domain < Level::Pkix && map != Map::Default) {
                    EXPECT_TRUE(text.starts_with("TEMP ")) << text;
                }
            }
        }
    }
}

TEST(Maps, MakesForeignNamesHarmlessInReasons) {
    const Verdict strange =
        verdict("x.nl", Level::Plaintext,
                {host("mx\n\x1b\xff.nl", Level::Plaintext, {Reason::StarttlsNotSupported})});
    EXPECT_EQ(reply(Map::Pkix, strange),
              "TEMP x.nl does not reach pkix now: mx???.nl offers no STARTTLS");
}

TEST(Maps, KeepsTheListOfNamesWithinAReply) {
    Verdict many = verdict("x.nl", Level::Pkix);
    for (int i = 0; i < 1000; ++i) {
        many.hosts.push_back(
            host("mx" + std::to_string(i) + "." + std::string(60, 'a') + ".nl", Level::Pkix));
    }
    EXPECT_LT(reply(Map::Pkix, many).size(), kLongestReply);
}

}  // namespace
}  // namespace smarttls::engine
