// SPDX-License-Identifier: Apache-2.0
#include "policy/domain_name.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace smarttls::policy {
namespace {

using namespace std::string_view_literals;

DomainName name(std::string_view text) { return DomainName::parse(text).value(); }

TEST(DomainName, HasOneFormForEverySpelling) {
    const std::pair<std::string_view, std::string_view> spellings[] = {
        {"example.nl", "example.nl"},   {"Example.NL.", "example.nl"},
        {"a.b-c.d", "a.b-c.d"},         {"_25._tcp.mx.example.nl", "_25._tcp.mx.example.nl"},
        {"localhost", "localhost"},     {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"1e100.net", "1e100.net"},     {"123.nl", "123.nl"},
        {"a-1", "a-1"},                 {"mx.1a", "mx.1a"},
    };
    for (const auto& [spelling, canonical] : spellings) {
        const auto parsed = DomainName::parse(spelling);
        ASSERT_TRUE(parsed) << spelling << ": " << parsed.error().what;
        EXPECT_EQ(parsed->str(), canonical);
    }
}

TEST(DomainName, RefusesWhatIsNoHostName) {
    for (const std::string_view text :
         {""sv, "."sv, ".."sv, ".example.nl"sv, "example..nl"sv, "example.nl.."sv, "-a.nl"sv,
          "a-.nl"sv, "a b.nl"sv, "a.nl\n"sv, "a.nl\0"sv, "a\0.nl"sv, "b\xc3\xbc" "cher.nl"sv, "*.nl"sv, "a@b.nl"sv,
          "[192.0.2.1]"sv, "192.0.2.1"sv, "192.0.2.1."sv, "1"sv, "example.123"sv, "2001:db8::1"sv,
          "a,b.nl"sv, "a/b.nl"sv}) {
        const auto parsed = DomainName::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed) << text;
    }
}

TEST(DomainName, NamesTheTextThatItRefuses) {
    EXPECT_EQ(DomainName::parse("exa mple.nl").error().what,
              "domain name \"exa mple.nl\": a label holds a byte that host names do not have");
    EXPECT_EQ(DomainName::parse("a..nl").error().what, "domain name \"a..nl\": a label is empty");
}

TEST(DomainName, TakesLabelsOf63BytesAndNamesOf253ButNoMore) {
    const std::string longest(63, 'a');
    EXPECT_TRUE(DomainName::parse(longest + ".nl"));
    EXPECT_FALSE(DomainName::parse(longest + "a.nl"));
    const std::string three = longest + "." + longest + "." + longest + ".";
    EXPECT_TRUE(DomainName::parse(three + std::string(61, 'b')));
    EXPECT_TRUE(DomainName::parse(three + std::string(61, 'b') + "."));
    EXPECT_FALSE(DomainName::parse(three + std::string(62, 'b')));
}

TEST(DomainName, IsWithinItselfAndItsAncestorsOnly) {
    EXPECT_TRUE(name("example.nl").is_within(name("example.nl")));
    EXPECT_TRUE(name("mx.a.example.nl").is_within(name("example.nl")));
    EXPECT_FALSE(name("example.nl").is_within(name("mx.example.nl")));
    EXPECT_FALSE(name("notexample.nl").is_within(name("example.nl")));
}

TEST(DomainName, ComparesAndHashesByItsCanonicalForm) {
    EXPECT_EQ(name("A.nl"), name("a.nl."));
    EXPECT_LT(name("a.nl"), name("b.nl"));
    const std::unordered_set<DomainName> names{name("A.nl"), name("a.nl"), name("b.nl")};
    EXPECT_EQ(names.size(), 2U);
}

}  // namespace
}  // namespace smarttls::policy
