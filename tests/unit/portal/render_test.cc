// SPDX-License-Identifier: Apache-2.0
#include "portal/command/render.h"

#include <gtest/gtest.h>

namespace smarttls::portal {
namespace {

struct Row {
    std::string text;
    std::string printable;
    std::string json;
};

TEST(RenderTest, WhatSteersATerminalOrHidesTextIsEscaped) {
    const std::vector<Row> table{
        {"plain ~ text", "plain ~ text", "plain ~ text"},
        {"caf\u00e9 \u20ac \U0001f600", "caf\u00e9 \u20ac \U0001f600",
         "caf\u00e9 \u20ac \U0001f600"},
        {"a\x1b[31mb", "a\\x1b[31mb", "a\\u001b[31mb"},
        {"line\nfeed\ttab", "line\\x0afeed\\x09tab", "line\\u000afeed\\u0009tab"},
        {std::string("\0", 1), "\\x00", "\\u0000"},
        {"\x7f", "\\x7f", "\\u007f"},
        {"\u009b2J", "\\xc2\\x9b2J", "\\u009b2J"},
        {"\u202egnp.exe", "\\xe2\\x80\\xaegnp.exe", "\\u202egnp.exe"},
        {"\ufeff", "\\xef\\xbb\\xbf", "\\ufeff"},
        {"\xff", "\\xff", "\\ufffd"},
        {"cut \xe2\x82", "cut \\xe2\\x82", "cut \\ufffd\\ufffd"},
        {"\xc0\x80", "\\xc0\\x80", "\\ufffd\\ufffd"},
        {"\xe0\x80\x9b", "\\xe0\\x80\\x9b", "\\ufffd\\ufffd\\ufffd"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\ufffd\\ufffd\\ufffd"},
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
    };
    for (const auto& [text, shown, json] : table) {
        EXPECT_EQ(printable(text), shown);
        EXPECT_EQ(safe_json(text), json);
    }
}

TEST(RenderTest, ColumnsCountCharactersAndNotBytes) {
    EXPECT_EQ(columns("caf\u00e9"), 4U);
    EXPECT_EQ(padded("caf\u00e9", 6), "caf\u00e9  ");
    EXPECT_EQ(padded("longer", 3), "longer");
}

TEST(RenderTest, LinesBreakAtSpacesBeforeColumnOneHundred) {
    EXPECT_EQ(wrapped("", 4), "");
    EXPECT_EQ(wrapped("short text", 4), "short text");
    const std::string fifty(50, 'a');
    const std::string forty_five(45, 'b');
    EXPECT_EQ(wrapped(fifty + " " + forty_five, 4), fifty + " " + forty_five);
    EXPECT_EQ(wrapped(fifty + " " + forty_five + "b", 4), fifty + "\n    " + forty_five + "b");
    const std::string endless(200, 'c');
    EXPECT_EQ(wrapped("a " + endless + " b", 2), "a\n  " + endless + "\n  b");
}

TEST(RenderTest, ANarrowerLineBreaksEarlier) {
    EXPECT_EQ(wrapped("one two three", 2, 10), "one two\n  three");
}

TEST(RenderTest, SpansUseTheLargestUnitOfWhichThereAreTwo) {
    using std::chrono_literals::operator""s;
    EXPECT_EQ(span_of(0s), "0 seconds");
    EXPECT_EQ(span_of(1s), "1 second");
    EXPECT_EQ(span_of(119s), "119 seconds");
    EXPECT_EQ(span_of(120s), "2 minutes");
    EXPECT_EQ(span_of(7199s), "119 minutes");
    EXPECT_EQ(span_of(2 * 86400s - 1s), "47 hours");
    EXPECT_EQ(span_of(89 * 86400s), "89 days");
}

TEST(RenderTest, ColourNeedsATerminalAndATone) {
    EXPECT_EQ(painted("x", Tone::Good, Style::Plain), "x");
    EXPECT_EQ(painted("x", Tone::Ordinary, Style::Terminal), "x");
    EXPECT_EQ(painted("x", Tone::Bad, Style::Terminal), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace smarttls::portal
