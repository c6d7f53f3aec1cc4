// SPDX-License-Identifier: Apache-2.0
#include "smarttls/log.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace smarttls::engine {
namespace {

using std::chrono::milliseconds;

TEST(Log, WritesThePriorityOfSdDaemonForTheJournal) {
    EXPECT_EQ(journal_line(Severity::Error, "x"), "<3>x\n");
    EXPECT_EQ(journal_line(Severity::Warning, "x"), "<4>x\n");
    EXPECT_EQ(journal_line(Severity::Info, "x"), "<6>x\n");
}

TEST(Log, WritesTimeProgramAndPidElsewhere) {
    const std::chrono::sys_time<milliseconds> when(milliseconds(1795420800007));
    EXPECT_EQ(plain_line(when, "smarttlsd", 42, "ready"),
              "2026-11-23T08:00:00.007Z smarttlsd[42]: ready\n");
}

TEST(Log, EscapesWhatCouldForgeALineOrSteerATerminal) {
    EXPECT_EQ(journal_line(Severity::Info, "a\n<3>b\r\t\x1b[2J\x7f\xc2\x9b"),
              "<6>a\\x0a<3>b\\x0d\\x09\\x1b[2J\\x7f\\xc2\\x9b\n");
}

TEST(Log, CutsLongMessages) {
    const std::string line = journal_line(Severity::Info, std::string(100000, 'x'));
    EXPECT_EQ(line, "<6>" + std::string(4000, 'x') + "...\n");
}

TEST(Log, KeepsTheLinesOfSeveralThreadsApart) {
    testing::internal::CaptureStderr();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int line = 0; line < 50; ++line) log(Severity::Info, "the whole line");
        });
    }
    for (std::thread& thread : threads) thread.join();
    const std::string text = testing::internal::GetCapturedStderr();
    const std::string ending = "]: the whole line\n";
    std::size_t lines = 0;
    for (std::size_t from = 0; from < text.size(); ++lines) {
        const std::size_t end = text.find('\n', from) + 1;
        ASSERT_TRUE(text.substr(from, end - from).ends_with(ending));
        from = end;
    }
    EXPECT_EQ(lines, 200U);
}

}  // namespace
}  // namespace smarttls::engine
