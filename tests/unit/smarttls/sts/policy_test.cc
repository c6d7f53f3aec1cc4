// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/policy.h"

#include <gtest/gtest.h>

#include <random>

namespace smarttls::engine {
namespace {

using policy::StsMode;

struct Good {
    const char* what;
    std::string text;
    StsMode mode;
    long max_age;
    std::vector<std::string> mx;
};

std::vector<Good> good() {
    const std::string head = "version: STSv1\nmode: enforce\nmax_age: 60\n";
    return {
        {"as in the RFC, with CRLF",
         "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\n"
         "mx: backupmx.example.com\r\nmax_age: 604800\r\n",
         StsMode::Enforce,
         604800,
         {"mail.example.com", "*.example.net", "backupmx.example.com"}},
        {"LF, and none at the end", head + "mx: a.nl", StsMode::Enforce, 60, {"a.nl"}},
        {"LF and CRLF mixed",
         head + "mx: a.nl\r\nmx: b.nl\n",
         StsMode::Enforce,
         60,
         {"a.nl", "b.nl"}},
        {"no blanks behind the colon",
         "version:STSv1\nmode:testing\nmax_age:0\nmx:a.nl",
         StsMode::Testing,
         0,
         {"a.nl"}},
        {"blanks around the values",
         "version: \t STSv1 \nmode:  none\t\nmax_age: 1 \n",
         StsMode::None,
         1,
         {}},
        {"another order",
         "mx: a.nl\nmax_age: 60\nmode: enforce\nversion: STSv1\n",
         StsMode::Enforce,
         60,
         {"a.nl"}},
        {"none needs no mx",
         "version: STSv1\nmode: none\nmax_age: 86400\n",
         StsMode::None,
         86400,
         {}},
        {"none with mx",
         "version: STSv1\nmode: none\nmax_age: 86400\nmx: a.nl\n",
         StsMode::None,
         86400,
         {"a.nl"}},
        {"the longest max_age",
         "version: STSv1\nmode: testing\nmx: a.nl\nmax_age: 31557600",
         StsMode::Testing,
         31557600,
         {"a.nl"}},
        {"ten digits",
         "version: STSv1\nmode: testing\nmx: a.nl\nmax_age: 0000604800",
         StsMode::Testing,
         604800,
         {"a.nl"}},
        {"the first of two counts",
         head + "mx: a.nl\nmode: none\nmax_age: x\nversion: STSv2\n",
         StsMode::Enforce,
         60,
         {"a.nl"}},
        {"unknown keys",
         head + "mx: a.nl\nMode: none\nx-y_z.1: caf\xc3\xa9: more\nempty:\n",
         StsMode::Enforce,
         60,
         {"a.nl"}},
        {"patterns in lower case",
         head + "mx: MAIL.Example.COM\nmx: *.EXAMPLE.net\n",
         StsMode::Enforce,
         60,
         {"mail.example.com", "*.example.net"}},
        {"empty lines", "\n" + head + "\r\n  \nmx: a.nl\n\n\n", StsMode::Enforce, 60, {"a.nl"}},
        {"A-labels",
         head + "mx: xn--bcher-kva.example",
         StsMode::Enforce,
         60,
         {"xn--bcher-kva.example"}},
    };
}

TEST(StsPolicy, IsReadByTheGrammarOfTheRfc) {
    for (const Good& row : good()) {
        const auto read = parse_sts_policy(row.text);
        ASSERT_TRUE(read) << row.what << ": " << read.error().what;
        EXPECT_EQ(read->mode, row.mode) << row.what;
        EXPECT_EQ(read->max_age.count(), row.max_age) << row.what;
        EXPECT_EQ(read->mx, row.mx) << row.what;
    }
}

struct Bad {
    const char* text;
    const char* why;  // part of the sentence
};

TEST(StsPolicy, IsRefusedWithTheLineThatIsWrong) {
    const Bad rows[] = {
        {"", "version is missing"},
        {"mode: enforce\nmx: a.nl\nmax_age: 1", "version is missing"},
        {"Version: STSv1\nmode: enforce\nmx: a.nl\nmax_age: 1", "version is missing"},
        {"version: STSv2\nmode: enforce\nmx: a.nl\nmax_age: 1", "line 1: version"},
        {"version: stsv1\nmode: enforce\nmx: a.nl\nmax_age: 1", "line 1: version"},
        {"version: STSv1\nmx: a.nl\nmax_age: 1", "mode is missing"},
        {"version: STSv1\nmode: Enforce\nmx: a.nl\nmax_age: 1", "line 2: mode"},
        {"version: STSv1\nmode: report\nmx: a.nl\nmax_age: 1", "line 2: mode"},
        {"version: STSv1\nmode:\nmx: a.nl\nmax_age: 1", "line 2: mode"},
        {"version: STSv1\nmode: enforce\nmx: a.nl", "max_age is missing"},
        {"version: STSv1\nmode: enforce\nmx: a.nl\nmax_age:", "line 4: max_age"},
        {"version: STSv1\nmode: enforce\nmx: a.nl\nmax_age: -1", "line 4: max_age"},
        {"version: STSv1\nmode: enforce\nmx: a.nl\nmax_age: 1d", "line 4: max_age"},
        {"version: STSv1\nmode: enforce\nmx: a.nl\nmax_age: 31557601", "line 4: max_age"},
        {"version: STSv1\nmode: enforce\nmx: a.nl\nmax_age: 00000000001", "line 4: max_age"},
        {"version: STSv1\nmode: enforce\nmx: a.nl\nmax_age: 99999999999999999999", "line 4"},
        {"version: STSv1\nmode: enforce\nmax_age: 1", "mx is missing"},
        {"version: STSv1\nmode: testing\nmax_age: 1", "mx is missing"},
        {"version: STSv1\nmode: enforce\nmx: *\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx: .a.nl\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx: *.*.nl\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx: m*.a.nl\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx: a.nl, b.nl\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx: 192.0.2.1\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx: b\xc3\xbc"
         "cher.example\nmax_age: 1",
         "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx:\nmax_age: 1", "line 3: mx"},
        {"version: STSv1\nmode: enforce\nmx a.nl\nmax_age: 1", "line 3"},
        {"version : STSv1\nmode: enforce\nmx: a.nl\nmax_age: 1", "line 1"},
        {"\xef\xbb\xbfversion: STSv1\nmode: enforce\nmx: a.nl\nmax_age: 1", "line 1"},
        {"version: STSv1\rmode: enforce\rmx: a.nl\rmax_age: 1", "line 1: version"},
        {"<html><body>Not here</body></html>", "line 1"},
    };
    for (const Bad& row : rows) {
        const auto read = parse_sts_policy(row.text);
        ASSERT_FALSE(read) << row.text;
        EXPECT_EQ(read.error().kind, policy::ErrorKind::Malformed);
        EXPECT_NE(read.error().what.find(row.why), std::string::npos)
            << row.text << ": " << read.error().what;
    }
}

TEST(StsPolicy, EndsAt64KiB) {
    std::string text = "version: STSv1\nmode: enforce\nmax_age: 1\nmx: a.nl\n";
    text.resize(kLongestStsPolicy, '\n');
    EXPECT_TRUE(parse_sts_policy(text));
    EXPECT_FALSE(parse_sts_policy(text + "\n"));
}

/// Whatever is done to a good text, what comes out is a whole policy or none.
TEST(StsPolicy, SurvivesWhatHappensToIt) {
    std::mt19937 random(8461);
    for (int round = 0; round < 2000; ++round) {
        std::string text = good().front().text;
        for (int i = 0; i < 3; ++i) {
            text[random() % text.size()] = static_cast<char>(random() % 256);
        }
        text.resize(random() % (text.size() + 1));
        const auto read = parse_sts_policy(text);
        if (!read) continue;
        EXPECT_LE(read->max_age, kLongestMaxAge);
        EXPECT_TRUE(!read->mx.empty() || read->mode == StsMode::None);
    }
}

}  // namespace
}  // namespace smarttls::engine
