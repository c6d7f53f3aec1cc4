// SPDX-License-Identifier: Apache-2.0
#include "store/log/canonical_json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace smarttls::store {
namespace {

constexpr std::size_t kDepth = 4;

std::string why(const std::string& text) {
    const auto value = parse_canonical(text, kDepth);
    EXPECT_FALSE(value) << text;
    return value ? "" : value.error().what;
}

TEST(CanonicalJsonTest, MembersAreSortedByTheirBytes) {
    EXPECT_EQ(
        canonical_json(
            {{"b", 1}, {"a", nullptr}, {"B", true}, {"\u00e9", ""}, {"z", boost::json::object()}}),
        "{\"B\":true,\"a\":null,\"b\":1,\"z\":{},\"\u00e9\":\"\"}");
    EXPECT_EQ(canonical_json(boost::json::object()), "{}");
    EXPECT_EQ(canonical_json(boost::json::array()), "[]");
    EXPECT_EQ(canonical_json({1, -2, "x"}), "[1,-2,\"x\"]");
}

TEST(CanonicalJsonTest, StringsEscapeWhatTheyMustInTheShortestWay) {
    EXPECT_EQ(canonical_json("\"\\/\b\f\n\r\t\u001f\u007f\u2028"),
              "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\u007f\u2028\"");
}

TEST(CanonicalJsonTest, WhatIsCanonicalIsRead) {
    for (const std::string text :
         {"{\"a\":[1,2,{\"b\":\"\\u0000\"}],\"c\":18446744073709551615}", "-9223372036854775808",
          "null", "[[[[]]]]", "\"\xf0\x9f\x94\x92\""}) {
        const auto value = parse_canonical(text, kDepth);
        ASSERT_TRUE(value) << text << ": " << value.error().what;
        EXPECT_EQ(canonical_json(*value), text);
    }
}

TEST(CanonicalJsonTest, WhatIsNotIsRefused) {
    const std::string other = "it is not canonical JSON";
    for (const auto& [text, reason] : std::vector<std::pair<std::string, std::string>>{
             {"", "it is not JSON"},
             {"{", "it is not JSON"},
             {"{}x", "it is not JSON"},
             {"[1,]", "it is not JSON"},
             {"// c\n1", "it is not JSON"},
             {"nan", "it is not JSON"},
             {"[[[[[]]]]]", "it is not JSON: too deep"},
             {"\"\xff\"", "it is not JSON"},
             {"\"\xed\xa0\x80\"", "it is not JSON"},
             {"\"\\ud800\"", "it is not JSON"},
             {"1.5", "a number is no 64-bit integer"},
             {"1E0", "a number is no 64-bit integer"},
             {"[1E400]", "a number is no 64-bit integer"},
             {"18446744073709551616", "a number is no 64-bit integer"},
             {"{\"a\":{\"b\":1E0}}", "a number is no 64-bit integer"},
             {"-0", other},
             {"\xef\xbb\xbf"
              "1",
              "it is not JSON"},
             {"{} ", other},
             {"[1, 2]", other},
             {"{\"b\":1,\"a\":2}", other},
             {"{\"a\":1,\"a\":1}", other},
             {"{\"a\":1,\"\\u0061\":2}", other},
             {"\"\\/\"", other},
             {"\"\\u001F\"", other},
             {"\"\\u000a\"", other}}) {
        EXPECT_NE(why(text).find(reason), std::string::npos) << text << ": " << why(text);
    }
    EXPECT_NE(why("{\"a\":1,\"a\":2}").find("from byte 5 on"), std::string::npos);
}

}  // namespace
}  // namespace smarttls::store
