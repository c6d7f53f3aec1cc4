// SPDX-License-Identifier: Apache-2.0
//
// What the follower promises whatever its sink does and whenever it is stopped.
#include "milter/delivery/log_follower.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/delivery/followed_file.h"

namespace smarttls::milter {
namespace {

using test::log_line;
using test::sent_line;

namespace fs = std::filesystem;

using LogFollowerTest = test::FollowedFile;

TEST_F(LogFollowerTest, AFullDiskLosesAndDoublesNothing) {
    append(sent_line("AAAAAA"));
    read();
    sink.fails = true;
    append(sent_line("BBBBBB"));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(follower->step());
    append(sent_line("CCCCCC"));
    EXPECT_FALSE(follower->step());
    sink.fails = false;
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
    sink.fails = true;
    append(sent_line("DDDDDD"));
    EXPECT_FALSE(follower->step());
    restart();
    EXPECT_FALSE(follower->step()) << "the position is not known";
    sink.fails = false;
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC DDDDDD");
}

TEST_F(LogFollowerTest, WhatWasThrownBeginsWhereTheSinkIs) {
    append(sent_line("AAAAAA"));
    read();
    sink.fails = true;
    append(sent_line("BBBBBB"));
    EXPECT_FALSE(follower->step());
    follower->restart();
    sink.fails = false;
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(LogFollowerTest, APositionThatCannotBeReadIsAnError) {
    append(sent_line("AAAAAA"));
    for (const char* text : {"", "1", "2\nfile 1 2 3 4 5 6\n", "1\nfile 1 2 3\n", "1\nfile 1 2 3 4 5 x\n", "1\njournal\n", "1\n\nx\n"}) {
        sink.position = Position{path, text};
        restart();
        const auto more = follower->step();
        ASSERT_FALSE(more) << text;
    }
    EXPECT_EQ(sink.ids(), "");
}

TEST_F(LogFollowerTest, WithoutNewsThePositionIsKeptAtTheBeginAndOnRequest) {
    append(log_line("nothing of interest"));
    read();
    ASSERT_TRUE(sink.position);
    const std::string first = sink.position->text;
    append(log_line("nothing of interest"));
    read();
    EXPECT_EQ(sink.position->text, first);
    ASSERT_TRUE(follower->save());
    EXPECT_NE(sink.position->text, first);
    const int asked = sink.asked;
    ASSERT_TRUE(follower->save());
    EXPECT_EQ(sink.asked, asked) << "nothing has changed";
}

// Whatever is done between two lines, each line counts once, in its order.
TEST_F(LogFollowerTest, AnyMixOfEventsKeepsEachLineOnce) {
    std::string expected;
    unsigned random = 12345;
    int rotation = 0;
    for (int i = 0; i < 300; ++i) {
        random = random * 1103515245 + 12345;
        const std::string id = "AA" + std::to_string(10000 + i);
        append(sent_line(id));
        expected += (expected.empty() ? "" : " ") + id;
        switch (random >> 16 & 7) {
            case 0: restart(); break;
            case 1:
                fs::rename(path, path + "-" + std::to_string(1000 + ++rotation));
                age(path + "-" + std::to_string(1000 + rotation), 1000 - rotation);
                append(log_line(std::to_string(i)));
                break;
            case 2:
                sink.fails = true;
                static_cast<void>(follower->step());
                sink.fails = false;
                break;
            case 3: read(); break;
            default: static_cast<void>(follower->step());
        }
    }
    read();
    EXPECT_EQ(sink.ids(), expected);
}

TEST_F(LogFollowerTest, AThreadFollowsAndStops) {
    FollowerThread thread(std::make_unique<FileSource>(path), policy::Mta::Postfix, sink);
    append(sent_line("AAAAAA"));
    thread.stop();
    FollowerThread again(std::make_unique<FileSource>(path), policy::Mta::Postfix, sink);
    append(sent_line("BBBBBB"));
    while (true) {
        again.stop();
        if (sink.ids() == "AAAAAA BBBBBB") break;
        ASSERT_LE(sink.taken.size(), 2U);
        read();
    }
}

}  // namespace
}  // namespace smarttls::milter
