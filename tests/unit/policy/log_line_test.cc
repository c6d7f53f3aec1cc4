// SPDX-License-Identifier: Apache-2.0
#include "policy/log_line.h"

#include <gtest/gtest.h>

namespace smarttls::policy {
namespace {

using namespace std::string_view_literals;

std::string line(std::string_view value) {
    return LogLine("4jXtDt3z8Rz1c778").add("from", value).str();
}

TEST(LogLine, HasTheQueueIdFirstAndThenItsFields) {
    EXPECT_EQ(LogLine("4jXtDt3z8Rz1c778").add("class", "nta7516").add("nrcpt", "2").str(),
              "4jXtDt3z8Rz1c778: class=nta7516 nrcpt=2");
}

TEST(LogLine, WithoutAQueueIdSaysNoqueueAsPostfixDoes) {
    EXPECT_EQ(LogLine("").add("class", "gdpr").str(), "NOQUEUE: class=gdpr");
}

TEST(LogLine, LeavesOrdinaryAddressesAsTheyAre) {
    EXPECT_EQ(line("<alice+x@example.nl>"), "4jXtDt3z8Rz1c778: from=<alice+x@example.nl>");
}

TEST(LogLine, QuotesAnEmptyValueSoThatItIsSeen) {
    EXPECT_EQ(line(""), "4jXtDt3z8Rz1c778: from=\"\"");
}

TEST(LogLine, CannotBeForgedByAValue) {
    EXPECT_EQ(line("<x> outcome=direct"), "4jXtDt3z8Rz1c778: from=\"<x> outcome=direct\"");
    EXPECT_EQ(line("x\" outcome=\"direct"), "4jXtDt3z8Rz1c778: from=\"x\\\" outcome=\\\"direct\"");
    EXPECT_EQ(line("x\\"), "4jXtDt3z8Rz1c778: from=\"x\\\\\"");
    EXPECT_EQ(line("x\r\n4jX: to=y"), "4jXtDt3z8Rz1c778: from=\"x\\x0d\\x0a4jX: to=y\"");
    EXPECT_EQ(line("x\0y"sv), "4jXtDt3z8Rz1c778: from=\"x\\x00y\"");
    EXPECT_EQ(line("x\ty"), "4jXtDt3z8Rz1c778: from=\"x\\x09y\"");
    EXPECT_EQ(line("x\x1b[2Jy"), "4jXtDt3z8Rz1c778: from=\"x\\x1b[2Jy\"");
    EXPECT_EQ(line("\xc2\xa0"), "4jXtDt3z8Rz1c778: from=\"\\xc2\\xa0\"") << "a blank of Unicode";
}

TEST(LogLine, CannotBeForgedByAQueueId) {
    EXPECT_EQ(LogLine("4jX: class=gdpr\nA").add("to", "x").str(),
              "\"4jX: class=gdpr\\x0aA\": to=x");
}

TEST(LogLine, KeepsAWholeExplanation) {
    const std::string sentence = "begin " + std::string(500, 'a') + " end";
    EXPECT_NE(line(sentence).find(" end\""), std::string::npos);
}

TEST(LogLine, CutsValuesThatWouldFillTheLog) {
    EXPECT_LT(line(std::string(100'000, 'a')).size(), 1100U);
    EXPECT_LT(line(std::string(100'000, ' ')).size(), 1100U);
}

}  // namespace
}  // namespace smarttls::policy
