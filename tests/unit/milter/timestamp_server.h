// SPDX-License-Identifier: Apache-2.0
//
// A time stamping authority by HTTP for tests: a process of timestamp_server.py.
// Threads: one.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

#include "tests/unit/store/scratch.h"

namespace smarttls::milter::test {

/// timestamp_server.py, for as long as this lives.
class TimestampServerProcess {
  public:
    explicit TimestampServerProcess(const std::string& arguments) {
        std::array<int, 2> input{};
        std::array<int, 2> output{};
        if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("pipe");
        }
        const std::string command = "exec /usr/bin/python3 " SMARTTLS_SOURCE_DIR
                                    "/tests/unit/milter/timestamp_server.py " +
                                    arguments;
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(input[0], 0);
            ::dup2(output[1], 1);
            ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(input[0]);
        ::close(output[1]);
        input_ = input[1];
        std::string line;
        for (char byte = 0; byte != '\n' && ::read(output[0], &byte, 1) == 1;) line += byte;
        port_ = std::stoi(line);
        ::close(output[0]);
    }
    TimestampServerProcess(const TimestampServerProcess&) = delete;
    TimestampServerProcess& operator=(const TimestampServerProcess&) = delete;
    ~TimestampServerProcess() {
        ::close(input_);
        store::test::wait_for_child(child_);
    }
    [[nodiscard]] std::string url(const std::string& scheme, const std::string& path) const {
        return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
    }

  private:
    pid_t child_ = 0;
    int input_ = -1;
    int port_ = 0;
};

}  // namespace smarttls::milter::test
