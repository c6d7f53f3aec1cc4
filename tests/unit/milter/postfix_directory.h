// SPDX-License-Identifier: Apache-2.0
//
// A directory with the main.cf and master.cf that conf/postfix ships, for the tests that ask the real
// postconf(1) and postmap(1); lines can be taken away and changed.
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/store/scratch.h"

namespace smarttls::milter::test {

class PostfixDirectory {
  public:
    PostfixDirectory() {
        for (const std::string name : {"main.cf", "master.cf"}) write(name, shipped(name));
    }

    [[nodiscard]] static std::string shipped(const std::string& name) {
        std::ifstream stream(SMARTTLS_SOURCE_DIR "/conf/postfix/" + name);
        std::string text(std::istreambuf_iterator<char>(stream), {});
        EXPECT_FALSE(text.empty()) << name;
        return text;
    }

    [[nodiscard]] std::string path() const { return directory_.file("."); }
    /// Dated back: Postfix's programs wait until a file that they read is older than a second.
    void write(const std::string& name, const std::string& text) const {
        const std::string file = directory_.file(name);
        std::ofstream(file) << text;
        std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() -
                                                   std::chrono::hours(1));
    }
    /// The shipped file with its first `from` (behind `after`) replaced.
    void replace(const std::string& name, const std::string& from, const std::string& to,
                 const std::string& after = {}) const {
        std::string text = shipped(name);
        const std::size_t place = text.find(from, text.find(after));
        ASSERT_NE(place, std::string::npos) << from;
        write(name, text.replace(place, from.size(), to));
    }

  private:
    store::test::ScratchDirectory directory_;
};

}  // namespace smarttls::milter::test
