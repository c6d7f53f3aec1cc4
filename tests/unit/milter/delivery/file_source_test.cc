// SPDX-License-Identifier: Apache-2.0
//
// Files that are rotated, truncated and read again, through LogFollower: what a sink has in the end.
#include "milter/delivery/file_source.h"

#include <gtest/gtest.h>

#include "tests/unit/milter/delivery/followed_file.h"

namespace smarttls::milter {
namespace {

using test::log_line;
using test::sent_line;
using test::tls_line;

namespace fs = std::filesystem;

using FileSourceTest = test::FollowedFile;

TEST_F(FileSourceTest, WaitsForAFileAndReadsItFromItsBegin) {
    read();
    append(sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(FileSourceTest, ALineCountsWhenItIsWhole) {
    const std::string line = sent_line("AAAAAA");
    append(line.substr(0, 60));
    read();
    append(line.substr(60, 40));
    read();
    restart();
    read();
    EXPECT_EQ(sink.ids(), "");
    append(line.substr(100));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA");
}

TEST_F(FileSourceTest, ARestartDoublesNothing) {
    append(sent_line("AAAAAA"));
    read();
    for (int i = 0; i < 3; ++i) {
        restart();
        read();
    }
    append(sent_line("BBBBBB"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(FileSourceTest, ATlsSessionOutlivesARestartAndARotation) {
    append(tls_line() + sent_line("AAAAAA") + tls_line("2") + sent_line("ZZZZZZ", "3"));
    read();
    fs::rename(path, path + ".1");
    restart();
    append(sent_line("BBBBBB", "2") + sent_line("AAAAAA"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA ZZZZZZ BBBBBB AAAAAA");
    EXPECT_TRUE(sink.taken[2].tls);
    EXPECT_TRUE(sink.taken[3].tls);
    EXPECT_FALSE(sink.taken[1].tls);
}

TEST_F(FileSourceTest, ARenamedFileIsReadToItsEnd) {
    append(sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    fs::rename(path, path + ".1");
    read();
    append(path, "");  // as logrotate's `create`, while the writer still has the old one
    read();
    append(path + ".1", sent_line("CCCCCC"));
    read();
    append(sent_line("DDDDDD"));
    append(path + ".1", sent_line("EEEEEE"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC EEEEEE DDDDDD");
}

TEST_F(FileSourceTest, ARenamedFileIsReadToItsEndAlsoWhenItIsDeleted) {
    append(sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    fs::remove(path);
    append(sent_line("CCCCCC"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
}

TEST_F(FileSourceTest, ARotationBeforeTheFirstNewsLosesNothing) {
    append(log_line("nothing of interest"));
    ASSERT_TRUE(follower->step());
    append(sent_line("AAAAAA"));
    fs::rename(path, path + ".1");
    append(sent_line("BBBBBB"));
    restart();
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(FileSourceTest, AfterARestartRotatedFilesAreReadInTheirOrder) {
    append(sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    fs::rename(path, path + ".2");
    append(path + "-20261122", sent_line("CCCCCC"));
    append(path + ".1", sent_line("DDDDDD"));
    append(sent_line("EEEEEE"));
    append(path + ".3", sent_line("OLDOLD"));
    append(path + ".4.gz", sent_line("GZGZGZ"));
    append(path + ".old", sent_line("NOTONE"));
    age(path + ".3", 40);
    age(path + ".2", 30);
    age(path + "-20261122", 20);
    age(path + ".1", 10);
    restart();
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC DDDDDD EEEEEE");
    restart();
    append(sent_line("FFFFFF"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC DDDDDD EEEEEE FFFFFF");
}

TEST_F(FileSourceTest, CopiedAndTruncatedTwiceAtOnce) {
    append(log_line("first") + sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    fs::copy_file(path, path + ".2");
    fs::resize_file(path, 0);
    append(log_line("second") + sent_line("CCCCCC"));
    copy_and_truncate();
    age(path + ".2", 2);
    age(path + ".1", 1);
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
}

TEST_F(FileSourceTest, AFileThatIsStillWrittenToIsNotLeft) {
    follower = std::make_unique<LogFollower>(std::make_unique<FileSource>(path, std::chrono::hours(1)), policy::Mta::Postfix, sink);
    append(sent_line("AAAAAA"));
    read();
    fs::rename(path, path + ".1");
    append(sent_line("CCCCCC"));
    read();
    append(path + ".1", sent_line("BBBBBB"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
    age(path + ".1", 61);
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
}

TEST_F(FileSourceTest, CopyAndTruncate) {
    append(sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    copy_and_truncate();
    append(sent_line("CCCCCC"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
}

TEST_F(FileSourceTest, CopyAndTruncateIsSeenWhenTheFileHasGrownBeyondItsOldSize) {
    append(log_line("first") + sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    copy_and_truncate();
    append(log_line("second") + sent_line("CCCCCC") + sent_line("DDDDDD") + sent_line("EEEEEE") + sent_line("FFFFFF"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC DDDDDD EEEEEE FFFFFF");
}

TEST_F(FileSourceTest, CopyAndTruncateWhileNobodyReads) {
    append(log_line("first") + sent_line("AAAAAA"));
    read();
    append(sent_line("BBBBBB"));
    copy_and_truncate();
    append(log_line("second") + sent_line("CCCCCC"));
    restart();
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC");
}

TEST_F(FileSourceTest, TruncationWithoutACopyLosesWhatWasNotRead) {
    append(log_line("first") + sent_line("AAAAAA"));
    read();
    fs::resize_file(path, 0);
    append(log_line("second") + sent_line("BBBBBB"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(FileSourceTest, AnotherFileWithTheOldInodeIsAnotherFile) {
    append(log_line("first") + sent_line("AAAAAA"));
    read();
    // In place: the inode stays, the content is another, and longer.
    std::ofstream(path, std::ios::trunc) << log_line("other") << sent_line("BBBBBB") << sent_line("CCCCCC") << sent_line("DDDDDD");
    restart();
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB CCCCCC DDDDDD");
}

TEST_F(FileSourceTest, AFileThatIsGoneIsAGap) {
    append(log_line("first") + sent_line("AAAAAA"));
    read();
    fs::remove(path);
    restart();
    read();
    append(log_line("second") + sent_line("BBBBBB"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(FileSourceTest, AnEndlessLineIsSkippedAndCostsNoMemory) {
    append(sent_line("AAAAAA"));
    const std::string much(1 << 20, 'x');
    for (int i = 0; i < 8; ++i) append(much);
    read();
    restart();
    read();
    append("\n" + sent_line("BBBBBB"));
    read();
    EXPECT_EQ(sink.ids(), "AAAAAA BBBBBB");
}

TEST_F(FileSourceTest, ADirectoryIsNoLog) {
    fs::create_directory(path);
    const auto more = follower->step();
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind, policy::ErrorKind::Misconfigured);
}

}  // namespace
}  // namespace smarttls::milter
