// SPDX-License-Identifier: Apache-2.0
#include "portal/command/exception_arguments.h"

#include <gtest/gtest.h>

namespace smarttls::portal {
namespace {

using std::chrono_literals::operator""h;

const store::EvidenceTime kNow{std::chrono::milliseconds(1'800'000'000'500)};

class ExceptionArguments : public ::testing::Test {
  protected:
    ExceptionArguments() {
        config_ = policy::parse_config({{"test", "[exceptions]\nmax-duration = 30d\n[class.gdpr]\n[class.nta7516]\n"}}).value();
    }
    policy::Result<AddArguments> add(std::vector<std::string> words) {
        for (const char* word : {"--reason", "why", "--ticket", "T-1", "--owner", "desk"}) words.emplace_back(word);
        return parse_add(words, config_, kNow);
    }
    void expect_refused(const std::vector<std::string>& words, std::string_view said) {
        const auto parsed = add(words);
        ASSERT_FALSE(parsed) << said;
        EXPECT_EQ(parsed.error().kind, policy::ErrorKind::Malformed);
        EXPECT_NE(parsed.error().what.find(said), std::string::npos) << parsed.error().what;
    }
    policy::Config config_;
};

TEST_F(ExceptionArguments, SayWhatIsExceptedAndUntilWhen) {
    const auto parsed = add({"--address", "Bob@Example.NL", "--class", "NTA7516", "--level", "pkix", "--waive", "grade", "--waive",
                             "nta-record", "--for", "2h"});
    ASSERT_TRUE(parsed) << parsed.error().what;
    const policy::Exception& one = parsed->exception;
    EXPECT_EQ(one.target, "bob@example.nl");
    EXPECT_EQ(one.class_name, "nta7516");
    EXPECT_EQ(to_string(one.waiver), "level pkix, no grade, no nta-record");
    EXPECT_EQ(one.until - one.created, 2h);
    EXPECT_EQ(one.reason + one.ticket + one.owner, "whyT-1desk");
    EXPECT_EQ(add({"--domain", "b\xc3\xbc" "cher.example", "--class", "all", "--waive", "consumer", "--for", "1d"})->exception.target,
              "xn--bcher-kva.example");
}

TEST_F(ExceptionArguments, NameWhatIsWrong) {
    const std::string d = "--domain";
    expect_refused({d, "a.nl", "--class", "gpdr", "--level", "pkix", "--for", "1d"}, "\"gpdr\" is none of gdpr, nta7516, all");
    expect_refused({d, "a.nl", "--level", "pkix", "--for", "1d"}, "--class is missing");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "dane", "--for", "1d"}, "none of encrypted, pkix, mta-sts");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "plaintext", "--for", "1d"}, "never goes in plaintext");
    expect_refused({d, "a.nl", "--class", "gdpr", "--waive", "all", "--for", "1d"}, "none of grade, nta-record, consumer");
    expect_refused({d, "a.nl", "--class", "gdpr", "--for", "1d"}, "nothing is excepted");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "pkix"}, "one of --until and --for");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "pkix", "--for", "0s"}, "not in the future");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "pkix", "--until", "1999-01-01"}, "not in the future");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "pkix", "--until", "31-12-2027"}, "is not a time");
    expect_refused({d, "a.nl", "--class", "gdpr", "--level", "pkix", "--for", "31d"}, "max-duration");
    expect_refused({d, "a b", "--class", "gdpr", "--level", "pkix", "--for", "1d"}, "not a mail domain");
    expect_refused({"--address", "a.nl", "--class", "gdpr", "--level", "pkix", "--for", "1d"}, "not a mail address");
    expect_refused({"--address", "b@a.nl", d, "a.nl", "--class", "gdpr", "--level", "pkix", "--for", "1d"}, "one of --domain and --address");
    EXPECT_FALSE(parse_add({d, "a.nl", "--class", "gdpr", "--level", "pkix", "--for", "1d", "--reason", "two\nlines", "--ticket", "t",
                            "--owner", "o"}, config_, kNow));
    EXPECT_FALSE(parse_add({d, "a.nl", "--class", "gdpr", "--level", "pkix", "--for", "1d"}, config_, kNow)) << "no reason";
}

TEST_F(ExceptionArguments, OfTheOtherVerbsAreANumberAndAReason) {
    EXPECT_EQ(parse_approve({"17"})->id, 17);
    EXPECT_EQ(parse_revoke({"17", "--reason", "no more"})->reason, "no more");
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{}, {"x"}, {"-1"}, {"1", "2"}, {"99999999999"}}) {
        EXPECT_FALSE(parse_approve(words));
    }
    EXPECT_FALSE(parse_revoke({"17"})) << "without a reason";
    EXPECT_TRUE(parse_list({"--all", "--json"})->all);
    EXPECT_FALSE(parse_list({"x"}));
}

}  // namespace
}  // namespace smarttls::portal
