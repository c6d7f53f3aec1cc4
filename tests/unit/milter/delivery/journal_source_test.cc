// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/journal_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "milter/delivery/log_follower.h"
#include "tests/unit/milter/delivery/memory_sink.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::milter {
namespace {

std::string little_endian(std::uint64_t value) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
    return bytes;
}

std::string entry(const std::string& cursor, const std::string& message) {
    return "__CURSOR=" + cursor + "\n__REALTIME_TIMESTAMP=1795452061123456\n_BOOT_ID=x\nSYSLOG_IDENTIFIER=postfix/smtp\n"
           "SYSLOG_PID=185\n_PID=186\nMESSAGE=" + message + "\n\n";
}

/// As the bytes come in pieces of that size.
std::vector<JournalEntry> read(const std::string& bytes, std::size_t size) {
    JournalExport journal;
    std::vector<JournalEntry> entries;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        journal.feed(std::string_view(bytes).substr(at, size));
        while (auto one = journal.next()) entries.push_back(*std::move(one));
    }
    return entries;
}

TEST(JournalExport, ReadsEntriesHoweverTheyArrive) {
    const std::string binary = "__CURSOR=c2\nMESSAGE\n" + little_endian(7) + "a\nb\n\nc=\nSYSLOG_IDENTIFIER=postfix/qmgr\n_PID=7\n\n";
    const std::string bytes = entry("s=1;i=1", "AAAAAA: removed") + binary + "\n\n" + entry("c3", "");
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
        const auto entries = read(bytes, size);
        ASSERT_EQ(entries.size(), 3U) << size;
        EXPECT_EQ(entries[0].cursor, "s=1;i=1");
        EXPECT_EQ(entries[0].identifier, "postfix/smtp");
        EXPECT_EQ(entries[0].pid, "185") << "what the program says of itself";
        EXPECT_EQ(entries[0].message, "AAAAAA: removed");
        EXPECT_EQ(entries[0].time.time_since_epoch().count(), 1795452061123);
        EXPECT_EQ(entries[1].message, "a\nb\n\nc=");
        EXPECT_EQ(entries[1].pid, "7");
        EXPECT_EQ(entries[2].message, "");
    }
}

TEST(JournalExport, WhatIsTooLongIsSkipped) {
    const std::string much(JournalExport::kLongestValue + 1, 'x');
    const std::string bytes = "__CURSOR=c1\nMESSAGE\n" + little_endian(much.size()) + much + "\n_PID=1\n\n__CURSOR=c2\nMESSAGE=" + much +
                              "\n_PID=2\n\n" + entry("c3", "short");
    for (const std::size_t size : {std::size_t{1000}, std::size_t{65536}, bytes.size()}) {
        const auto entries = read(bytes, size);
        ASSERT_EQ(entries.size(), 3U) << size;
        EXPECT_EQ(entries[0].message, "");
        EXPECT_EQ(entries[0].pid, "1");
        EXPECT_EQ(entries[1].message, "");
        EXPECT_EQ(entries[1].pid, "2");
        EXPECT_EQ(entries[2].message, "short");
    }
}

/// A program in the place of journalctl: writes down how it was called, prints what it has, and ends.
class JournalSourceTest : public testing::Test {
  protected:
    JournalSourceTest() {
        std::ofstream(program) << "#!/bin/sh\necho \"$*\" >> " << calls << "\nf=" << scratch.file("out")
                               << "\n[ ! -e $f ] || { mv $f $f.done; cat $f.done; }\n[ ! -e " << scratch.file("stay") << " ] || exec sleep 100\n";
        std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    }
    void restart(const std::string& what = "postfix@-.service") {
        follower = std::make_unique<LogFollower>(std::make_unique<JournalSource>(what, program), policy::Mta::Postfix, sink);
    }
    void have(const std::string& bytes) { std::ofstream(scratch.file("out"), std::ios::binary) << bytes; }
    /// Until the program has ended.
    std::string run() {
        while (true) {
            const auto more = follower->step();
            if (!more) return more.error().what;
        }
    }
    [[nodiscard]] std::string last_call() const {
        std::ifstream file(calls);
        std::string last;
        for (std::string line; std::getline(file, line);) last = line;
        return last;
    }

    store::test::ScratchDirectory scratch;
    const std::string program = scratch.file("journalctl");
    const std::string calls = scratch.file("calls");
    test::MemorySink sink;
    std::unique_ptr<LogFollower> follower;
};

std::string sent(const std::string& id) {
    return id + ": to=<a@b>, relay=mx.b[192.0.2.1]:25, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (ok)";
}

TEST_F(JournalSourceTest, GoesOnBehindTheLastEntry) {
    restart();
    have(entry("s=1;i=1", sent("AAAAAA")) + entry("s=1;i=2", "nothing"));
    EXPECT_NE(run().find("has ended"), std::string::npos);
    EXPECT_NE(last_call().find("--unit=postfix@-.service --boot"), std::string::npos) << last_call();
    have(entry("s=1;i=3", sent("BBBBBB")));
    EXPECT_NE(run(), "");
    EXPECT_NE(last_call().find("--after-cursor=s=1;i=2"), std::string::npos) << last_call();
    restart();
    have(entry("s=1;i=4", sent("CCCCCC")) + "__CURSOR=s=1;i=5\nMESSA");
    EXPECT_NE(run(), "");
    EXPECT_NE(last_call().find("--after-cursor=s=1;i=3"), std::string::npos) << last_call();
    have("");
    EXPECT_NE(run(), "");
    EXPECT_NE(last_call().find("--after-cursor=s=1;i=4"), std::string::npos) << "half an entry is none";
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
}

TEST_F(JournalSourceTest, AWordWithoutSuffixIsAnIdentifier) {
    restart("sm-mta");
    EXPECT_NE(run(), "");
    EXPECT_NE(last_call().find("--identifier=sm-mta"), std::string::npos);
}

TEST_F(JournalSourceTest, TheChildEndsWithUs) {
    std::ofstream(scratch.file("stay")) << "x";
    restart();
    have(entry("s=1;i=1", sent("AAAAAA")));
    while (sink.ids() != "AAAAAA") ASSERT_TRUE(follower->step());
    ASSERT_TRUE(follower->step());
    follower.reset();  // would wait for its hundred seconds
}

TEST_F(JournalSourceTest, AProgramThatIsNotThereIsTold) {
    follower = std::make_unique<LogFollower>(std::make_unique<JournalSource>("x", scratch.file("none")), policy::Mta::Postfix, sink);
    const auto more = follower->step();
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind, policy::ErrorKind::Temporary);
}

TEST_F(JournalSourceTest, APlaceThatIsNoneIsRefused) {
    sink.position = Position{"journal:sm-mta", "1\na cursor with blanks\n"};
    restart("sm-mta");
    const auto more = follower->step();
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind, policy::ErrorKind::Corrupt);
}

}  // namespace
}  // namespace smarttls::milter
