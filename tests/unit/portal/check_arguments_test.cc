// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_arguments.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/store/scratch.h"

namespace smarttls::portal {
namespace {

policy::Result<Targets> read(const std::string& text, std::vector<std::string> domains = {}) {
    CheckArguments arguments;
    arguments.domains = std::move(domains);
    arguments.files = {"-"};
    std::istringstream in(text);
    return targets_of(arguments, in);
}

std::vector<std::string> told(const Targets& targets) {
    std::vector<std::string> lines;
    for (const Target& target : targets.all) {
        lines.push_back(target.next_hop ? target.next_hop->str() : "! " + target.next_hop.error().what);
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(CheckArgumentsTest, OptionsAndDomainsStandInAnyOrder) {
    const auto parsed = parse_check({"a.nl", "--json", "-f", "x", "b.nl", "--file", "-", "--long",
                                     "--fresh", "--direct", "--class", "gdpr"});
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(parsed->domains, (Lines{"a.nl", "b.nl"}));
    EXPECT_EQ(parsed->files, (Lines{"x", "-"}));
    EXPECT_EQ(parsed->class_name, "gdpr");
    EXPECT_TRUE(parsed->json && parsed->whole && parsed->fresh && parsed->direct);
    EXPECT_FALSE(parsed->help);
}

TEST(CheckArgumentsTest, WhatIsMissingOrUnknownIsMalformed) {
    for (const Lines& words : {Lines{}, Lines{"--jsno", "a.nl"}, Lines{"-f"}, Lines{"a.nl", "--class"},
                               Lines{"--json"}}) {
        const auto parsed = parse_check(words);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().kind, policy::ErrorKind::Malformed);
    }
    EXPECT_TRUE(parse_check({"--help"}));
}

TEST(CheckArgumentsTest, AFileHasDomainsAddressesAndComments) {
    const auto targets = read("\xef\xbb\xbf" "a.nl\r\n# all\n\n  Bob@B.nl  # ours\n[relay.c.nl]:587\nb\u00fccher.example");
    ASSERT_TRUE(targets);
    EXPECT_EQ(told(*targets), (Lines{"a.nl", "b.nl", "[relay.c.nl]:587", "xn--bcher-kva.example"}));
}

TEST(CheckArgumentsTest, ABadLineIsNamedAndTheRestIsDone) {
    const auto targets = read("a.nl\n#\nb..nl\nc d\n\x1b[2J\nbob@\nbob@[192.0.2.1]\ne.nl\n");
    ASSERT_TRUE(targets);
    const Lines lines = told(*targets);
    ASSERT_EQ(lines.size(), 7U);
    EXPECT_EQ(lines[0], "a.nl");
    EXPECT_EQ(lines[1], R"(! standard input:3: "b..nl": domain name "b..nl": a label is empty)");
    for (int line = 4; line <= 7; ++line) {
        const std::string where = "! standard input:" + std::to_string(line) + ": ";
        EXPECT_EQ(lines[static_cast<std::size_t>(line) - 2].substr(0, where.size()), where);
    }
    EXPECT_EQ(lines[6], "e.nl");
}

TEST(CheckArgumentsTest, EachDomainIsAskedOnce) {
    const auto targets = read("alice@a.nl\nbob@A.NL\nb.nl\n", {"a.nl", "a.nl."});
    ASSERT_TRUE(targets);
    EXPECT_EQ(told(*targets), (Lines{"a.nl", "b.nl"}));
    EXPECT_EQ(targets->repeated, 3U);
}

TEST(CheckArgumentsTest, AFileThatIsNotThereOrEmptyIsMalformed) {
    const store::test::ScratchDirectory directory;
    CheckArguments arguments;
    std::istringstream in;
    for (const std::string& file : {directory.file("missing"), std::string("/")}) {
        arguments.files = {file};
        const auto targets = targets_of(arguments, in);
        ASSERT_FALSE(targets);
        EXPECT_NE(targets.error().what.find(file), std::string::npos);
    }
    EXPECT_FALSE(read("# nothing\n"));
    std::ofstream(directory.file("list")) << "a.nl\nb..nl\n";
    arguments.files = {directory.file("list")};
    const auto targets = targets_of(arguments, in);
    ASSERT_TRUE(targets);
    EXPECT_TRUE(told(*targets)[1].starts_with("! " + directory.file("list") + ":2: "));
}

}  // namespace
}  // namespace smarttls::portal
