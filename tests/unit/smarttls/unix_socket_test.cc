// SPDX-License-Identifier: Apache-2.0
#include "smarttls/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

#include "tests/unit/smarttls/running_server.h"

namespace smarttls::engine {
namespace {

using policy::ErrorKind;

/// As a process leaves it that was killed: bound, nobody listens.
void leave_stale_socket(const std::string& path) {
    const UniqueFd fd = std::move(unix_stream_socket()).value();
    const sockaddr_un address = unix_address(path).value();
    const void* generic = &address;
    ASSERT_EQ(::bind(fd.get(), static_cast<const sockaddr*>(generic), sizeof address), 0);
}

int connect_error(const std::string& path) {
    const UniqueFd fd = std::move(unix_stream_socket()).value();
    return connect_to(fd.get(), unix_address(path).value());
}

TEST(UnixListener, ListensWithMode0660WhateverTheUmask) {
    const TemporaryDirectory directory;
    for (const mode_t mask : {0U, 022U, 077U}) {
        const mode_t before = ::umask(mask);
        const auto listener = UnixListener::open(directory / "s");
        ::umask(before);
        ASSERT_TRUE(listener) << listener.error().what;
        struct stat status {};
        ASSERT_EQ(::stat((directory / "s").c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0660U);
        EXPECT_EQ(connect_error(directory / "s"), 0);
    }
}

TEST(UnixListener, RemovesItsFile) {
    const TemporaryDirectory directory;
    { ASSERT_TRUE(UnixListener::open(directory / "s")); }
    EXPECT_FALSE(std::filesystem::exists(directory / "s"));
}

TEST(UnixListener, LeavesTheFileOfItsSuccessor) {
    const TemporaryDirectory directory;
    auto old =
        std::make_unique<UnixListener>(std::move(UnixListener::open(directory / "s")).value());
    std::filesystem::rename(directory / "s", directory / "moved");  // keeps the inode number in use
    const auto successor = UnixListener::open(directory / "s");
    ASSERT_TRUE(successor);
    old.reset();
    EXPECT_EQ(connect_error(directory / "s"), 0);
}

TEST(UnixListener, TakesThePlaceOfAStaleSocket) {
    const TemporaryDirectory directory;
    leave_stale_socket(directory / "s");
    EXPECT_EQ(connect_error(directory / "s"), ECONNREFUSED);
    const auto listener = UnixListener::open(directory / "s");
    ASSERT_TRUE(listener) << listener.error().what;
    EXPECT_EQ(connect_error(directory / "s"), 0);
}

TEST(UnixListener, RefusesTheSocketOfALivingProcess) {
    const TemporaryDirectory directory;
    const auto first = UnixListener::open(directory / "s");
    const auto second = UnixListener::open(directory / "s");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what,
              "socket " + (directory / "s") + ": another process answers on it");
    EXPECT_EQ(connect_error(directory / "s"), 0);
}

TEST(UnixListener, RefusesAFileThatIsNoSocketAndLeavesIt) {
    const TemporaryDirectory directory;
    std::ofstream(directory / "s") << "precious";
    const auto listener = UnixListener::open(directory / "s");
    ASSERT_FALSE(listener);
    EXPECT_EQ(listener.error().kind, ErrorKind::Misconfigured);
    EXPECT_EQ(std::filesystem::file_size(directory / "s"), 8U);
}

TEST(UnixListener, NamesTheMissingDirectory) {
    const TemporaryDirectory directory;
    const auto listener = UnixListener::open(directory / "none/s");
    ASSERT_FALSE(listener);
    EXPECT_EQ(listener.error().kind, ErrorKind::Misconfigured);
    EXPECT_NE(
        listener.error().what.find("the directory " + (directory / "none") + " does not exist"),
        std::string::npos);
}

TEST(UnixListener, RefusesPathsThatASocketCannotHave) {
    for (const std::string& path : {std::string(), "/" + std::string(107, 'x')}) {
        const auto listener = UnixListener::open(path);
        ASSERT_FALSE(listener);
        EXPECT_EQ(listener.error().kind, ErrorKind::Misconfigured);
    }
    EXPECT_TRUE(unix_address("/" + std::string(106, 'x')));
}

}  // namespace
}  // namespace smarttls::engine
