// SPDX-License-Identifier: Apache-2.0
#include "portal/command/table.h"

#include <gtest/gtest.h>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

TEST(TableTest, ColumnsAreAsWideAsTheirWidestCell) {
    Table table({"Pref", "Name"});
    table.add({{"10"}, {"mx.example.nl"}});
    table.add({{"200"}, {"caf\u00e9"}});
    EXPECT_EQ(table.text({2, 80}), "  Pref  Name\n  10    mx.example.nl\n  200   caf\u00e9\n");
    EXPECT_EQ(table.natural_width(), 4U + 2 + 13);
}

TEST(TableTest, WithoutRowsThereAreNoHeadings) {
    EXPECT_EQ(Table({"Pref"}).text({}), "");
}

TEST(TableTest, TheWidestColumnGivesWayAndItsCellGoesOnBelow) {
    Table table;
    table.add({{"a"}, {"some words that are too many for it"}, {"end"}});
    EXPECT_EQ(table.text({0, 26}), "a  some words that     end\n   are too many for\n   it\n");
}

TEST(TableTest, ALongNameBreaksBehindAJoint) {
    Table table;
    table.add({{"mail-server.department.example.nl"}});
    EXPECT_EQ(table.text({0, 20}), "mail-server.\ndepartment.example.\nnl\n");
    Table word;
    word.add({{std::string(15, 'x')}});
    EXPECT_EQ(word.text({0, 10}), "xxxxxxxxxx\nxxxxx\n");
}

TEST(TableTest, HeadingsStayWhole) {
    Table table({"Certificate", "Text"});
    table.add({{std::string(30, 'a')}, {std::string(60, 'b')}});
    const std::string text = table.text({2, 40});
    for (const auto line : policy::split(text, '\n')) EXPECT_LE(columns(line), 40U);
    EXPECT_EQ(table.text({0, 8}).substr(0, 12), "Certificate ");
}

TEST(TableTest, StrangersCannotSteerTheTerminal) {
    Table table;
    table.add({{"\x1b[31mred\u202e"}, {"x", Tone::Good}});
    EXPECT_EQ(table.text({0, 80}), "\\x1b[31mred\\xe2\\x80\\xae  x\n");
    EXPECT_EQ(table.text({0, 80, Style::Terminal}),
              "\\x1b[31mred\\xe2\\x80\\xae  \x1b[32mx\x1b[0m\n");
}

TEST(TableTest, LinesDoNotEndInBlanks) {
    Table table({"A", "B"});
    table.add({{"long"}, {""}});
    table.add({{""}, {"b"}});
    EXPECT_EQ(table.text({0, 80}), "A     B\nlong\n      b\n");
}

}  // namespace
}  // namespace smarttls::portal
