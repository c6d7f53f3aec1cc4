// SPDX-License-Identifier: Apache-2.0
#include "policy/subject.h"

#include <gtest/gtest.h>

#include <chrono>

namespace smarttls::policy {
namespace {

constexpr std::string_view kTag = "[secure]";

struct Case {
    std::string_view what;
    std::string value;
    std::string without;  // the tag; as it was when it has none
};

std::string other(std::size_t count) { return std::string(count, Subject::kOther); }

const std::vector<Case>& tagged() {
    static const std::vector<Case> cases{
        {"in front", "[secure] hello", "hello"},
        {"alone", "[secure]", ""},
        {"at the end", "hello [secure]", "hello"},
        {"in the middle, one blank stays", "Re: [secure] hello", "Re: hello"},
        {"without blanks", "a[secure]b", "ab"},
        {"in any case", "[SeCuRe] hello", "hello"},
        {"more than once", "[secure] Re: [secure] hello", "Re: hello"},
        {"in front of a fold", "[secure]\n hello", "hello"},
        {"behind a fold", "hello\r\n\t[secure] you", "hello\r\n\tyou"},
        {"on a line of its own", "a\n [secure]\n b", "a\n b"},
        {"in front of a fold that stays", "Re: [secure]\n hello", "Re:\n hello"},
        {"at the end, behind a fold", "a\n [secure]", "a"},
        {"beside 8 bit", "[secure] caf\xc3\xa9", "caf\xc3\xa9"},
        {"in a word of Q", "=?utf-8?Q?[secure]_caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="},
        {"in a word of Q, escaped", "=?utf-8?q?=5Bsecure=5d=20caf=C3=A9?=", "=?utf-8?q?caf=C3=A9?="},
        {"in a word of Q with blanks", "=?utf-8?Q?[secure] caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="},
        {"in a word of B", "=?UTF-8?B?W3NlY3VyZV0gY2Fmw6k=?=", "=?UTF-8?B?Y2Fmw6k=?="},
        {"in a word of B without padding", "=?UTF-8?B?W3NlY3VyZV0gY2Fmw6k?=", "=?UTF-8?B?Y2Fmw6k=?="},
        {"in a folded word of B", "=?UTF-8?B?W3NlY3Vy\r\n ZV0gY2Fmw6k=?=", "=?UTF-8?B?Y2Fmw6k=?="},
        {"of a language (RFC 2231)", "=?utf-8*nl?Q?[secure]_x?=", "=?utf-8*nl?Q?x?="},
        {"a word that is gone takes its gap along", "=?utf-8?Q?[secure]?=\r\n =?utf-8?Q?caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="},
        {"the last word that is gone as well", "=?utf-8?Q?caf=C3=A9?= =?utf-8?Q?[secure]?=", "=?utf-8?Q?caf=C3=A9?="},
        {"over two words", "=?utf-8?Q?[sec?= =?utf-8?Q?ure]_caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="},
        {"over B and Q", "=?utf-8?B?w6lbc2Vj?=\n =?iso-8859-1?Q?ure]=E9?=", "=?utf-8?B?w6k=?=\n =?iso-8859-1?Q?=E9?="},
        {"beside a word", "[secure] =?utf-8?Q?caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="},
        {"stuck to a word", "[secure]=?utf-8?Q?caf=C3=A9?=", "=?utf-8?Q?caf=C3=A9?="},
        {"beside a word that is none", "[secure] =?utf-8?X?caf?=", "=?utf-8?X?caf?="},
        {"in what is left open", "=?utf-8?Q?[secure] hello", "=?utf-8?Q? hello"},
        {"in an unknown charset", "=?x-klingon?Q?[secure]_=FF?=", "=?x-klingon?Q?=FF?="},
        {"in Shift_JIS", "=?Shift_JIS?Q?=83=5B[secure]=83=5D?=", "=?Shift_JIS?Q?=83=5B=83=5D?="},
        {"in ISO-2022-JP, whose shifts stay", "=?ISO-2022-JP?B?GyRCIVYbKEJbc2VjdXJlXRskQiFXGyhC?=",
         "=?ISO-2022-JP?B?GyRCIVYbKEIbJEIhVxsoQg==?="},
        {"in UTF-16", "=?utf-16be?Q?=00[=00s=00e=00c=00u=00r=00e=00]=00!?=", "=?utf-16be?Q?=00!?="},
        {"in HZ", "=?HZ-GB-2312?Q?~{!6~}[secure]~{!7~}?=", "=?HZ-GB-2312?Q?~{!6~}~{!7~}?="},
    };
    return cases;
}

TEST(Subject, TagsAreFoundAndTakenOutOfAnyEncoding) {
    for (const Case& one : tagged()) {
        const Subject subject(one.value);
        EXPECT_TRUE(subject.has(kTag)) << one.what << ": " << subject.text();
        EXPECT_EQ(subject.without(kTag), one.without) << one.what;
        EXPECT_FALSE(Subject(one.without).has(kTag)) << one.what;
    }
}

TEST(Subject, WithoutATagIsAsItWas) {
    const std::vector<std::string> values{
        "", " ", "hello", "[secured]", "[ secure ]", "secure", "=?utf-8?Q?[sec?= ure]", "=?utf-8?B?!!!!?= x",
        "=?utf-8?Q?=5B?= secure]", "\xff\xfe[\x01secure]",
        "=?Shift_JIS?Q?=83[secure]?=",              // "[" is the second byte of a character
        "=?gbk?B?gVtzZWN1cmVd?=",                   // as well
        "=?ISO-2022-JP?B?GyRCW3NlY3VyZV0bKEI=?=",   // shifted: four characters of two bytes
        "=?HZ-GB-2312?Q?~{[secure]~}?=",
        "=?Shift_JIS?Q?=83?= =?Shift_JIS?Q?[secure]?=",  // a character in two words, as some programs write
    };
    for (const std::string& value : values) {
        EXPECT_FALSE(Subject(value).has(kTag)) << value;
        EXPECT_EQ(Subject(value).without(kTag), value);
    }
}

TEST(Subject, ReadsLikeWhatPeopleSee) {
    EXPECT_EQ(Subject("a\r\n b").text(), "a b");
    EXPECT_EQ(Subject("=?utf-8?Q?a?=  =?utf-8?Q?b?= c").text(), "ab c") << "no blank between words (RFC 2047 section 6.2)";
    EXPECT_EQ(Subject("=?utf-8?Q?=C3=A9?=").text(), other(2));
    EXPECT_EQ(Subject("=?utf-8?Q?a=ZZ?=").text(), "a=ZZ");
    EXPECT_EQ(Subject("=?utf-8?B?YQ==YQ==?=").text(), "a") << "padding ends it";
    EXPECT_EQ(Subject("=?utf-8?Q?" "?=").text(), "");
    EXPECT_EQ(Subject("=?? =?utf-8 =?utf-8?Q =?utf-8?Q?").text(), "=?? =?utf-8 =?utf-8?Q =?utf-8?Q?");
}

TEST(Subject, ATagOfLettersIsAWholeWord) {
    EXPECT_TRUE(Subject("Secure: hello").has("secure"));
    EXPECT_TRUE(Subject("hello, SECURE").has("secure"));
    EXPECT_FALSE(Subject("insecure, secured").has("secure"));
    EXPECT_TRUE(Subject("insecure, secure").has("secure"));
    EXPECT_FALSE(Subject("xsecure: y").has("ecure:"));
    EXPECT_FALSE(Subject("anything").has("")) << "no tag is in nothing";
}

TEST(Subject, GetsATagInFrontOnce) {
    EXPECT_EQ(with_tag("hello", "[safe]"), "[safe] hello");
    EXPECT_EQ(with_tag("", "[safe]"), "[safe]");
    EXPECT_EQ(with_tag("=?utf-8?Q?=C3=A9?=", "[safe]"), "[safe] =?utf-8?Q?=C3=A9?=");
    EXPECT_EQ(with_tag("Re: =?utf-8?Q?[SAFE]?=", "[safe]"), "Re: =?utf-8?Q?[SAFE]?=");
    const std::string line(950, 'x');
    EXPECT_EQ(with_tag(line, "[safe]"), "[safe]\n " + line) << "no line grows beyond RFC 5322's 998";
}

// Whoever may submit may submit this as well; it must take no time to speak of.
TEST(Subject, TakesLongOnesInTheirStride) {
    const auto begin = std::chrono::steady_clock::now();
    for (const std::string& part : {std::string("=?a?q?x"), std::string("=?"), std::string("=?a?B?W3NlY3VyZV0=?= "),
                                    std::string("[secure] "), std::string("=?utf-8?Q?[?= ")}) {
        std::string value;
        while (value.size() < 100'000) value += part;
        const Subject subject(value);
        EXPECT_LE(subject.without(kTag).size(), value.size());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

}  // namespace
}  // namespace smarttls::policy
