// SPDX-License-Identifier: Apache-2.0
//
// A log file below a directory of its own, its follower, and a sink in memory: what the tests of FileSource and of
// LogFollower share.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "milter/delivery/file_source.h"
#include "milter/delivery/log_follower.h"
#include "tests/unit/milter/delivery/memory_sink.h"
#include "tests/unit/store/scratch.h"

namespace smarttls::milter::test {

namespace fs = std::filesystem;

class FollowedFile : public testing::Test {
  protected:
    FollowedFile() { restart(); }

    void restart() {
        follower = std::make_unique<LogFollower>(std::make_unique<FileSource>(path, std::chrono::milliseconds(0)), policy::Mta::Postfix, sink);
    }
    void append(const std::string& text) { append(path, text); }
    static void append(const std::string& file, const std::string& text) {
        std::ofstream(file, std::ios::app | std::ios::binary) << text;
    }
    /// As often as it takes until nothing comes any more, rotation included.
    void read() {
        for (int quiet = 0; quiet < 3;) {
            const auto more = follower->step();
            ASSERT_TRUE(more) << more.error().what;
            quiet = *more ? 0 : quiet + 1;
        }
    }
    /// As logrotate's `copytruncate`.
    void copy_and_truncate() {
        fs::copy_file(path, path + ".1");
        fs::resize_file(path, 0);
    }
    /// Rotation takes a while; file systems tell times apart from some milliseconds on.
    static void age(const std::string& file, int minutes) {
        fs::last_write_time(file, fs::last_write_time(file) - std::chrono::minutes(minutes));
    }

    store::test::ScratchDirectory scratch;
    const std::string path = scratch.file("mail.log");
    MemorySink sink;
    std::unique_ptr<LogFollower> follower;
};

}  // namespace smarttls::milter::test
