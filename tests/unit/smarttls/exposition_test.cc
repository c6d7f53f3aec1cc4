// SPDX-License-Identifier: Apache-2.0
#include "smarttls/exposition.h"

#include <gtest/gtest.h>

#include "tests/unit/smarttls/exposition_grammar.h"

namespace smarttls::engine {
namespace {

using Kind = Exposition::Kind;

TEST(Exposition, WritesFamiliesWithTheirSamples) {
    Exposition text;
    text.family("probes_total", Kind::Counter, "Finished probes.");
    text.sample({{"level", "dane"}, {"map", "pkix"}}, std::uint64_t{18'446'744'073'709'551'615U});
    text.family("seconds", Kind::Gauge, "Two lines\nand a \\.");
    text.sample({}, 0.25);
    EXPECT_EQ(text.str(),
              "# HELP probes_total Finished probes.\n"
              "# TYPE probes_total counter\n"
              "probes_total{level=\"dane\",map=\"pkix\"} 18446744073709551615\n"
              "# HELP seconds Two lines\\nand a \\\\.\n"
              "# TYPE seconds gauge\n"
              "seconds 0.25\n");
    EXPECT_EQ(grammar_mistake(text.str()), "");
}

TEST(Exposition, EscapesValuesOfLabels) {
    Exposition text;
    text.family("a", Kind::Gauge, "x");
    text.sample({{"b", "1\"2\\3\n4"}}, std::uint64_t{1});
    EXPECT_NE(text.str().find(R"(a{b="1\"2\\3\n4"} 1)"), std::string::npos) << text.str();
    EXPECT_EQ(grammar_mistake(text.str()), "");
}

TEST(Exposition, WritesHistogramsWithCumulativeBuckets) {
    Histogram histogram;
    for (const double seconds : {0.005, 0.03, 0.03, 7.0, 1000.0}) histogram.observe(seconds);
    EXPECT_EQ(histogram.at_most(0), 1U) << "a bound belongs to its bucket";
    Exposition text;
    text.family("d", Kind::Histogram, "x");
    text.samples(histogram);
    for (const std::string line :
         {"d_bucket{le=\"0.005\"} 1\n", "d_bucket{le=\"0.025\"} 1\n", "d_bucket{le=\"0.05\"} 3\n",
          "d_bucket{le=\"10\"} 4\n", "d_bucket{le=\"90\"} 4\n", "d_bucket{le=\"+Inf\"} 5\n",
          "d_sum 1007.065\n", "d_count 5\n"}) {
        EXPECT_NE(text.str().find(line), std::string::npos) << line << text.str();
    }
    EXPECT_EQ(grammar_mistake(text.str()), "");
}

TEST(Exposition, TheGrammarOfTheTestSeesMistakes) {
    const std::string family = "# HELP a x\n# TYPE a gauge\n";
    EXPECT_EQ(grammar_mistake(family + "a 1\n"), "");
    for (const std::string wrong : {"a 1", "b 1\n", "a{b=c} 1\n", "a{b=\"c} 1\n", "a 1\na 2\n",
                                    "a one\n", "\n", "a{b=\"\\x\"} 1\n", "# HELP a x\n"}) {
        EXPECT_NE(grammar_mistake(family + wrong), "") << wrong;
    }
}

}  // namespace
}  // namespace smarttls::engine
