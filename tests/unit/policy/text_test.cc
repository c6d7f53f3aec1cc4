// SPDX-License-Identifier: Apache-2.0
#include "policy/text.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

using namespace std::string_view_literals;
using Pieces = std::vector<std::string_view>;

TEST(Text, LowersAsciiLettersAndNothingElse) {
    EXPECT_EQ(to_lower("AZaz@[`{09"), "azaz@[`{09");
    EXPECT_EQ(to_lower("\xc3\x84\xdf"), "\xc3\x84\xdf") << "bytes of UTF-8 and Latin-1 stay";
}

TEST(Text, ComparesWithoutCaseButNeverPrefixes) {
    EXPECT_TRUE(equal_ignoring_case("X-SmartTLS", "x-smarttls"));
    EXPECT_FALSE(equal_ignoring_case("abc", "ab"));
    EXPECT_FALSE(equal_ignoring_case("ab", "abc"));
    EXPECT_FALSE(equal_ignoring_case("a@", "a`")) << "these differ by the case bit alone";
    EXPECT_TRUE(equal_ignoring_case("", ""));
}

TEST(Text, TrimsBlanksAtTheEndsOnly) {
    EXPECT_EQ(trim(" \t\r\na b\r\n "), "a b");
    EXPECT_EQ(trim(" \t\r\n"), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("a"), "a");
}

TEST(Text, SplitsIntoAllPiecesIncludingEmptyOnes) {
    EXPECT_EQ(split("a.b", '.'), (Pieces{"a", "b"}));
    EXPECT_EQ(split("", '.'), (Pieces{""}));
    EXPECT_EQ(split(".", '.'), (Pieces{"", ""}));
    EXPECT_EQ(split("a..b.", '.'), (Pieces{"a", "", "b", ""}));
}

TEST(Text, JoinsWithSeparatorsBetweenPieces) {
    EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
    EXPECT_EQ(join({"a"}, ", "), "a");
    EXPECT_EQ(join({}, ", "), "");
}

TEST(Text, JoinIsTheInverseOfSplitAlsoForEmptyPieces) {
    EXPECT_EQ(join({"", "a", "", "b"}, "."), ".a..b");
}

TEST(Text, QuotesSoThatNoByteCanEndTheQuoteOrTheLine) {
    EXPECT_EQ(quote("plain"), "\"plain\"");
    EXPECT_EQ(quote(""), "\"\"");
    EXPECT_EQ(quote("a\"b\\c"), "\"a\\\"b\\\\c\"");
    EXPECT_EQ(quote("a\r\n\x1b\x7f\0b"sv), "\"a\\x0d\\x0a\\x1b\\x7f\\x00b\"");
    EXPECT_EQ(quote("\xc3\xa9"), "\"\\xc3\\xa9\"");
}

TEST(Text, CutsQuotesAndSaysSo) {
    EXPECT_EQ(quote(std::string(200, 'a')), "\"" + std::string(200, 'a') + "\"");
    EXPECT_EQ(quote(std::string(201, 'a')), "\"" + std::string(200, 'a') + "...\"");
    EXPECT_EQ(quote("abcdef", 3), "\"abc...\"");
}

TEST(Text, FindsTheNearestWord) {
    const Pieces keys{"socket", "resolver", "mx", "max-ttl", "min-ttl"};
    EXPECT_EQ(nearest("sockets", keys), "socket");
    EXPECT_EQ(nearest("reslover", keys), "resolver");
    EXPECT_EQ(nearest("max_ttl", keys), "max-ttl");
    EXPECT_EQ(nearest("MX", {"mx"}), "mx") << "case may be all that is wrong";
}

TEST(Text, FindsNoNearestWordWhenNoneIsNear) {
    EXPECT_EQ(nearest("completely-different", {"socket", "mx"}), "");
    EXPECT_EQ(nearest("socket", {}), "");
}

}  // namespace
}  // namespace smarttls::policy
