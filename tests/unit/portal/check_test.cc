// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check.h"

#include <gtest/gtest.h>

#include <sstream>

#include "portal/command/check_run.h"
#include "portal/command/exit_status.h"
#include "tests/unit/portal/check_facts.h"

namespace smarttls::portal {
namespace {

using policy::Level;
using policy::NextHop;
using policy::Reason;
using Words = std::vector<std::string>;

policy::Config config() {
    policy::Config config;
    policy::MailClass gdpr;
    gdpr.name = "gdpr";
    gdpr.level = policy::Floor::Pkix;
    config.classes = {gdpr};
    return config;
}

/// Answers from a table by the first letter of the domain, the last question first.
class ScriptedInquiry final : public Inquiry {
  public:
    void begin(NextHop next_hop, Done done) override {
        waiting_.emplace_back(std::move(next_hop), std::move(done));
        most_ = std::max(most_, waiting_.size());
    }
    void work(std::chrono::milliseconds) override {
        auto [next_hop, done] = std::move(waiting_.back());
        waiting_.pop_back();
        Finding finding;
        policy::Verdict verdict = test::verdict(Level::Pkix);
        if (next_hop.str().starts_with("u")) verdict = test::verdict(Level::Unknown, {Reason::Timeout});
        if (next_hop.str().starts_with("x")) {
            verdict = test::verdict(Level::Encrypted, {Reason::CertificateExpired});
        }
        verdict.domain = next_hop.str();
        finding.verdict = verdict;
        finding.json = R"({"domain":")" + next_hop.str() + R"(","later":1})";
        if (next_hop.str().starts_with("e")) {
            finding.verdict = policy::fail(policy::ErrorKind::Temporary, "no \x1b answer");
        }
        done(std::move(finding));
    }
    [[nodiscard]] std::size_t running() const override { return waiting_.size(); }
    [[nodiscard]] bool has_room() const override { return waiting_.size() < 4; }
    [[nodiscard]] std::size_t most() const { return most_; }

  private:
    std::vector<std::pair<NextHop, Done>> waiting_;
    std::size_t most_ = 0;
};

class CheckTest : public testing::Test {
  protected:
    int check(const Words& words) {
        return check_on(config_, words, {in_, out_, err_, {}, Progress::Visibility::Hidden});
    }

    int run(const Words& domains, bool json) {
        CheckArguments arguments;
        arguments.domains = domains;
        CheckJob job{config_, config_.classes[0], targets_of(arguments, in_).value(), json, false};
        const CheckScreen screen{in_, out_, err_, {}, Progress::Visibility::Hidden};
        return CheckRun(std::move(job), screen, inquiry_).finish();
    }

    policy::Config config_ = config();
    ScriptedInquiry inquiry_;
    std::istringstream in_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(CheckTest, MistakesInTheArgumentsAreUsage) {
    EXPECT_EQ(check({}), kExitUsage);
    EXPECT_NE(err_.str().find("smarttls check: no domain is given\n\nusage: "), std::string::npos);
    EXPECT_EQ(check({"a.nl", "--class", "gpdr\x1b"}), kExitUsage);
    EXPECT_NE(err_.str().find("there is no class \"gpdr\\x1b\"\n"), std::string::npos);
    EXPECT_EQ(check({"-f", "/missing"}), kExitUsage);
    EXPECT_NE(err_.str().find("smarttls check: /missing: No such file or directory\n"), std::string::npos);
    EXPECT_EQ(out_.str(), "");
}

TEST_F(CheckTest, HelpSaysWhatTheStatusMeans) {
    EXPECT_EQ(check({"--help"}), kExitYes);
    EXPECT_NE(out_.str().find("Exit status: 0 meets the class"), std::string::npos);
}

TEST_F(CheckTest, AnswersAreWrittenInTheOrderGivenAndAskedInBounds) {
    EXPECT_EQ(run({"b.nl", "x.nl", "a.nl", "c.nl", "d.nl", "g.nl"}, false), kExitNo);
    const std::string out = out_.str();
    EXPECT_TRUE(out.starts_with("+ b.nl  pkix       sufficient\nx x.nl  encrypted  sufficient    "
                                "certificate-expired\n+ a.nl  pkix       sufficient\n+ c.nl"))
        << out;
    EXPECT_NE(out.find("\n\nSummary of 6 domains in "), std::string::npos);
    EXPECT_EQ(inquiry_.most(), 4U);
}

TEST_F(CheckTest, JsonHasALinePerDomainAlsoWithoutAnAnswer) {
    EXPECT_EQ(run({"a.nl", "e.nl", "b..nl", "c.nl"}, true), kExitUsage);
    EXPECT_EQ(out_.str(),
              "{\"domain\":\"a.nl\",\"later\":1}\n"
              "{\"domain\":\"e.nl\",\"error\":\"no \\u001b answer\"}\n"
              "{\"domain\":\"b..nl\",\"error\":\"\\\"b..nl\\\": domain name \\\"b..nl\\\": a label is "
              "empty\"}\n"
              "{\"domain\":\"c.nl\",\"later\":1}\n");
    EXPECT_NE(err_.str().find("smarttls check: e.nl: no \\x1b answer\n"), std::string::npos);
    EXPECT_NE(err_.str().find("Summary of 4 domains"), std::string::npos);
}

TEST_F(CheckTest, OneDomainHasNoSummary) {
    EXPECT_EQ(run({"u.nl"}, true), kExitTemporary);
    EXPECT_EQ(out_.str(), "{\"domain\":\"u.nl\",\"later\":1}\n");
    EXPECT_EQ(err_.str(), "");
}

TEST_F(CheckTest, TheStatusOfSeveralIsTheWorst) {
    const Words in_order{"a.nl", "x.nl", "u.nl", "e.nl", "b..nl"};
    const std::vector<int> statuses{kExitYes, kExitNo, kExitTemporary, kExitUnavailable, kExitUsage};
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        for (std::size_t j = 0; j < in_order.size(); ++j) {
            if (i == j) continue;
            EXPECT_EQ(run({in_order[i], in_order[j]}, true), statuses[std::max(i, j)]);
        }
        EXPECT_EQ(worse_status(statuses[i], kExitConfig), kExitConfig);
    }
}

}  // namespace
}  // namespace smarttls::portal
