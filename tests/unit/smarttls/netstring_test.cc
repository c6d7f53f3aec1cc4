// SPDX-License-Identifier: Apache-2.0
#include "smarttls/netstring.h"

#include <gtest/gtest.h>

#include <vector>

namespace smarttls::engine {
namespace {

using Contents = std::vector<std::string>;

/// All that the reader has to give; a mistake shows as the text "malformed".
Contents drain(NetstringReader& reader) {
    Contents contents;
    for (;;) {
        auto next = reader.next();
        if (!next) {
            contents.push_back("malformed");
            return contents;
        }
        if (!*next) return contents;
        contents.push_back(**next);
    }
}

TEST(Netstring, EncodesLengthColonContentComma) {
    EXPECT_EQ(encode_netstring(""), "0:,");
    EXPECT_EQ(encode_netstring("hello world!"), "12:hello world!,");
    EXPECT_EQ(encode_netstring(std::string_view("\0,:", 3)), std::string("3:\0,:,", 6));
}

TEST(Netstring, ReadsTheSameWhereverTheBytesAreSplit) {
    const std::string bytes = "0:,12:pkix test.nl,3:1:,,";
    const Contents expected{"", "pkix test.nl", "1:,"};
    for (std::size_t split = 0; split <= bytes.size(); ++split) {
        NetstringReader reader(20);
        reader.append(bytes.substr(0, split));
        Contents contents = drain(reader);
        reader.append(bytes.substr(split));
        for (std::string& content : drain(reader)) contents.push_back(std::move(content));
        EXPECT_EQ(contents, expected) << "split at " << split;
    }
}

TEST(Netstring, ReadsByteByByte) {
    NetstringReader reader(20);
    Contents contents;
    for (const char byte : std::string("5:abcde,2:xy,")) {
        reader.append({&byte, 1});
        for (std::string& content : drain(reader)) contents.push_back(std::move(content));
    }
    EXPECT_EQ(contents, (Contents{"abcde", "xy"}));
}

TEST(Netstring, TakesTheLongestAndNotOneByteMore) {
    NetstringReader fits(10);
    fits.append("10:0123456789,");
    EXPECT_EQ(drain(fits), Contents{"0123456789"});
    NetstringReader too_long(10);
    too_long.append("11:");
    EXPECT_EQ(drain(too_long), Contents{"malformed"});
}

TEST(Netstring, RefusesHostileInputBeforeTheContentComes) {
    const std::vector<std::string> hostile{":,",
                                           "x",
                                           "-1:a,",
                                           "+1:a,",
                                           " 1:a,",
                                           "1 :a,",
                                           "01:a,",
                                           "00:,",
                                           "1;a,",
                                           "GET /",
                                           "1:ab,",
                                           "0:x",
                                           "5000:",
                                           "1:a\n",
                                           "\xff\xfe",
                                           "11",
                                           "18446744073709551617:a,",
                                           "99999999999999999999999999999999999999",
                                           std::string("1\0:a,", 5)};
    for (const std::string& bytes : hostile) {
        NetstringReader reader(10);
        reader.append(bytes);
        EXPECT_EQ(drain(reader), Contents{"malformed"}) << bytes;
    }
}

TEST(Netstring, GivesWhatCameBeforeTheMistakeAndNothingAfterIt) {
    NetstringReader reader(10);
    reader.append("1:a,x1:b,");
    EXPECT_EQ(drain(reader), (Contents{"a", "malformed"}));
    reader.append("1:c,");
    EXPECT_EQ(drain(reader), Contents{"malformed"});
    EXPECT_EQ(reader.next().error().kind, policy::ErrorKind::Malformed);
}

}  // namespace
}  // namespace smarttls::engine
