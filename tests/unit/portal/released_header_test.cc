// SPDX-License-Identifier: Apache-2.0
#include "portal/command/released_header.h"

#include <gtest/gtest.h>

namespace smarttls::portal {
namespace {

constexpr std::string_view kSubmitted =
    "From: alice@org.example\r\nx-smarttls-class: nta7516\r\n folded\r\nSubject: a\r\n b\r\nX-Internal: 1\r\n"
    "X-Protected: forged\r\n\r\n.dot\r\nX-Internal: stays\r\n..\r\n";
constexpr std::string_view kReleased =
    "From: alice@org.example\r\nSubject: a\r\n b\r\nX-Protected: yes\r\n\r\n..dot\r\nX-Internal: stays\r\n...\r\n";

ReleasedHeader filter() {
    policy::Config config;
    config.milter.control_header = "X-SmartTLS-Class";
    policy::MailClass mail_class;
    mail_class.remove_headers = {"X-Internal"};
    mail_class.set_headers = {{"X-Protected", "yes"}};
    return {config, mail_class};
}

TEST(ReleasedHeader, IsWhatTheMilterWouldHaveLetGo) {
    ReleasedHeader one = filter();
    EXPECT_EQ(one.pass(kSubmitted), kReleased);
    EXPECT_EQ(one.end(), "");
}

TEST(ReleasedHeader, DoesNotHangOnHowTheMessageIsCut) {
    for (std::size_t size = 1; size < 12; ++size) {
        ReleasedHeader one = filter();
        std::string passed;
        for (std::size_t at = 0; at < kSubmitted.size(); at += size) passed += one.pass(kSubmitted.substr(at, size));
        EXPECT_EQ(passed, kReleased) << size;
    }
}

TEST(ReleasedHeader, EndsTheLastLine) {
    ReleasedHeader one = filter();
    EXPECT_EQ(one.pass("A: b\r\n\r\nno end"), "A: b\r\nX-Protected: yes\r\n\r\nno end");
    EXPECT_EQ(one.end(), "\r\n");
}

}  // namespace
}  // namespace smarttls::portal
