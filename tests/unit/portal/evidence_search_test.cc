// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_search.h"

#include "policy/text.h"
#include "portal/command/exit_status.h"
#include "tests/unit/portal/evidence_sample.h"

namespace smarttls::portal {
namespace {

class EvidenceSearchTest : public test::EvidenceCommandTest {
  protected:
    test::Answer search(const std::vector<std::string>& arguments, Style style = Style::Plain) {
        return run(evidence_search, arguments, style);
    }
};

constexpr const char* kEverything =
    R"(TIME                     QUEUE-ID      CLASS    OUTCOME               RECIPIENT          SENDER
2026-11-23 11:00:00 CET  -             medical  reject                -                  <>
2026-11-23 10:00:00 CET  4XyZ2m0Fk7z9  medical  hold (alone: direct)  bob@example.nl     alice@org.example
2026-11-23 10:00:00 CET  4XyZ2m0Fk7z9  medical  hold                  carol@example.org  alice@org.example
2026-11-23 09:00:00 CET  4XyZ1k3Qz1z9  medical  direct                bob@example.nl     alice@org.example
)";

constexpr const char* kCarol =
    R"(TIME                     QUEUE-ID      CLASS    OUTCOME  RECIPIENT          SENDER
2026-11-23 10:00:00 CET  4XyZ2m0Fk7z9  medical  hold     carol@example.org  alice@org.example
)";

TEST_F(EvidenceSearchTest, EveryMessageAndRecipientIsALineNewestFirst) {
    append_sample();
    const auto all = search({});
    EXPECT_EQ(all.status, kExitYes);
    EXPECT_EQ(all.out, kEverything);
    EXPECT_EQ(all.err, "");
}

TEST_F(EvidenceSearchTest, OnlyTheRecipientsThatWereAskedForAreShown) {
    append_sample();
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"--domain", "Example.Org."},
             {"--address", "CAROL@example.org"},
             {"--outcome", "hold", "--domain=example.org", "--class", "MEDICAL"},
             {"--queue-id", "4XyZ2m0Fk7z9", "--domain", "example.org"},
             {"--since", "2026-11-23T10:00", "--until", "2026-11-23T10:01", "--domain",
              "example.org"}}) {
        EXPECT_EQ(search(arguments).out, kCarol);
    }
}

TEST_F(EvidenceSearchTest, ALimitCountsMessagesAndSaysHowTheNextPageIsHad) {
    append_sample();
    const auto two = search({"--limit", "2"});
    EXPECT_EQ(policy::split(two.out, '\n').size(), 5U) << two.out;
    EXPECT_EQ(two.err, "smarttls: there is more: --before 2 shows the next page\n");
    const auto last = search({"--limit", "2", "--before", "2"});
    EXPECT_EQ(policy::split(last.out, '\n').size(), 3U) << last.out;
    EXPECT_NE(last.out.find("4XyZ1k3Qz1z9"), std::string::npos) << last.out;
    EXPECT_EQ(last.err, "");
    EXPECT_EQ(search({"--limit", "3"}).err, "");
    EXPECT_EQ(search({"--before", "77"}).status, kExitNo);
}

TEST_F(EvidenceSearchTest, AnEventIsAskedForByItsName) {
    append_sample();
    const auto refused = search({"--event", "submissionrejection"});
    EXPECT_EQ(policy::split(refused.out, '\n').size(), 3U) << refused.out;
    EXPECT_NE(refused.out.find(" reject "), std::string::npos) << refused.out;
    EXPECT_EQ(search({"--event", "Erasure"}).status, kExitNo);
}

TEST_F(EvidenceSearchTest, JsonIsOneObjectPerMessage) {
    append_sample();
    const auto json = search({"--domain", "example.org", "--json"});
    EXPECT_TRUE(json.out.starts_with(R"({"id":2,"identifier":")"));
    EXPECT_EQ(policy::split(json.out, '\n').size(), 2U);
    EXPECT_NE(json.out.find("bob@example.nl"), std::string::npos) << "all its recipients";
}

TEST_F(EvidenceSearchTest, WhatStrangersWroteStaysInItsLineAndColumn) {
    store::EvidenceRecord odd = test::direct_message();
    odd.recipients[0].address = "x\n\x1b[31m@example.nl";
    append({odd});
    const std::string out = search({}, Style::Terminal).out;
    EXPECT_NE(out.find("x\\x0a\\x1b[31m@example.nl  alice@org.example\n"), std::string::npos)
        << out;
    EXPECT_NE(out.find("\x1b[32mdirect \x1b[0m"), std::string::npos) << out;
}

TEST_F(EvidenceSearchTest, EachFailureHasItsStatus) {
    EXPECT_EQ(search({}).status, kExitUnavailable);
    append_sample();
    const auto none = search({"--domain", "nowhere.example"});
    EXPECT_EQ(none.status, kExitNo);
    EXPECT_EQ(none.out, "");
    EXPECT_EQ(none.err, "smarttls: no evidence matches\n");
    EXPECT_EQ(search({"--json", "--class", "other"}).status, kExitNo);
    const auto wrong = search({"--since", "soon"});
    EXPECT_EQ(wrong.status, kExitUsage);
    EXPECT_EQ(wrong.err,
              "smarttls: evidence search: --since: \"soon\" is not a time such as 2026-11-23, "
              "2026-11-23T08:00, -2h or -7d (see smarttls evidence search --help)\n");
    EXPECT_EQ(search({"--help"}).status, kExitYes);
    config_.store.evidence.clear();
    EXPECT_EQ(search({}).status, kExitConfig);
}

}  // namespace
}  // namespace smarttls::portal
