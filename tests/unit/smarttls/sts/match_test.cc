// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/match.h"

#include <gtest/gtest.h>

namespace smarttls::engine {
namespace {

struct Row {
    const char* pattern;
    const char* host;
    bool matches;
};

TEST(StsMatch, TakesAWildcardForExactlyOneLabel) {
    const Row rows[] = {
        {"mail.example.com", "mail.example.com", true},
        {"mail.example.com", "MAIL.Example.COM.", true},
        {"mail.example.com", "mail2.example.com", false},
        {"mail.example.com", "x.mail.example.com", false},
        {"mail.example.com", "example.com", false},
        {"*.example.com", "mail.example.com", true},
        {"*.example.com", "Mail.Example.Com", true},
        {"*.example.com", "example.com", false},
        {"*.example.com", "foo.bar.example.com", false},
        {"*.example.com", "mailexample.com", false},
        {"*.example.com", "mail.example.com.evil.org", false},
        {"*.com", "example.com", true},
        {"*.com", "com", false},
        {"*.com", "mail.example.com", false},
    };
    for (const Row& row : rows) {
        const auto host = policy::DomainName::parse(row.host).value();
        EXPECT_EQ(matches(row.pattern, host), row.matches) << row.pattern << " " << row.host;
    }
}

TEST(StsMatch, IsSatisfiedByOneOfSeveralPatterns) {
    const std::vector<std::string> patterns{"mx1.example.nl", "*.backup.example"};
    const auto host = [](const char* name) { return policy::DomainName::parse(name).value(); };
    EXPECT_TRUE(matches(patterns, host("mx1.example.nl")));
    EXPECT_TRUE(matches(patterns, host("b.backup.example")));
    EXPECT_FALSE(matches(patterns, host("mx2.example.nl")));
    EXPECT_FALSE(matches(std::vector<std::string>{}, host("mx1.example.nl")));
}

}  // namespace
}  // namespace smarttls::engine
