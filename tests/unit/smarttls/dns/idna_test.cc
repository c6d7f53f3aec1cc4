// SPDX-License-Identifier: Apache-2.0
#include "smarttls/dns/idna.h"

#include <gtest/gtest.h>

#include <string>

namespace smarttls::engine {
namespace {

struct Row {
    std::string_view text;
    std::string_view name;
};

TEST(Idna, GivesTheOneFormOfEachName) {
    for (const Row& row : {
             Row{"example.org", "example.org"}, Row{"Example.ORG.", "example.org"},
             Row{"_smtp.example.org", "_smtp.example.org"},
             Row{"xn--bcher-kva.example", "xn--bcher-kva.example"},
             Row{"bücher.example", "xn--bcher-kva.example"},
             Row{"BÜCHER.Example", "xn--bcher-kva.example"},
             Row{"bu\xcc\x88"
                 "cher.example",
                 "xn--bcher-kva.example"},                    // u and a combining diaeresis
             Row{"straße.example", "xn--strae-oqa.example"},  // non-transitional: not "strasse"
             Row{"例え。テスト", "xn--r8jz45g.xn--zckzah"},   // ideographic full stop
             Row{"ｅｘａｍｐｌｅ.org", "example.org"},        // full width
         }) {
        const auto name = to_domain_name(row.text);
        ASSERT_TRUE(name) << row.text << ": " << name.error().what;
        EXPECT_EQ(name->str(), row.name);
    }
}

TEST(Idna, RefusesWhatIsNoDomainName) {
    using namespace std::string_view_literals;
    for (const std::string_view bad :
         {""sv, "a..example"sv, "bücher..example"sv, "\xff\xfe.example"sv, "b\xc3"sv,
          "bücher\0.example"sv, "bü cher.example"sv, "\u0301a.example"sv, "☃︎\u200b"sv,
          "１２７.０.０.１"sv, "bücher@example"sv}) {
        const auto name = to_domain_name(bad);
        ASSERT_FALSE(name) << bad << " became " << name->str();
        EXPECT_EQ(name.error().kind, policy::ErrorKind::Malformed);
    }
}

TEST(Idna, RefusesALabelThatIsTooLongOnlyAsAnALabel) {
    std::string label;
    for (int count = 0; count < 60; ++count) label += "ü";
    EXPECT_FALSE(to_domain_name(label + ".example"));
}

}  // namespace
}  // namespace smarttls::engine
