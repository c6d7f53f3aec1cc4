// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/syslog_line.h"

#include <gtest/gtest.h>

namespace smarttls::milter {
namespace {

TEST(SyslogLine, TakesBothKindsOfStamps) {
    for (const std::string stamp : {"Nov 23 16:41:01", "Nov  3 16:41:01", "2026-11-23T16:41:01.123456+01:00"}) {
        const std::string line = stamp + " gw postfix/smarttls-dane/smtp[185]: CA0: to=<a@b>: c";
        const auto parts = parse_syslog_line(line);
        ASSERT_TRUE(parts) << line;
        EXPECT_EQ(parts->stamp, stamp);
        EXPECT_EQ(parts->host, "gw");
        EXPECT_EQ(parts->identifier, "postfix/smarttls-dane/smtp");
        EXPECT_EQ(parts->pid, "185");
        EXPECT_EQ(parts->message, "CA0: to=<a@b>: c");
    }
}

TEST(SyslogLine, UnwrapsRepeatedMessages) {
    const auto parts = parse_syslog_line(
        "Nov 23 16:41:01 gw postfix/smtp[1]: message repeated 12 times: [ Verified TLS [x]]");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->message, "Verified TLS [x]");
    EXPECT_EQ(parse_syslog_line("Nov 23 16:41:01 gw a[1]: message repeated times: [ b]")->message,
              "message repeated times: [ b]");
}

TEST(SyslogLine, LeavesOtherLines) {
    for (const char* line :
         {"", "Nov 23 16:41:01", "Nov 23 16:41:01 ", "Nov 23 16:41:01 gw", "Nov 23 16:41:01 gw kernel: up",
          "Nov 23 16:41:01 gw smtp[]: x", "Nov 23 16:41:01 gw smtp[a]: x", "Nov 23 16:41:01 gw [1]: x",
          "Nov 23 16:41:01 gw a program[1]: x", "Nov 23 16:41:01 gw smtp[1]:x", "2026-11-23T16:41:01Z",
          "Nov 23 16:41:01gw smtp[1]: x"}) {
        EXPECT_FALSE(parse_syslog_line(line)) << line;
    }
}

}  // namespace
}  // namespace smarttls::milter
