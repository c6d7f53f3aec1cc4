// SPDX-License-Identifier: Apache-2.0
//
// UniqueFd: an owned file descriptor, closed on destruction.
//
// Ownership: the object owns the descriptor; get() lends it. Threads: one thread.
#pragma once

#include <unistd.h>

#include <utility>

namespace smarttls::engine {

class UniqueFd {
  public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_(fd) {}
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~UniqueFd() {
        if (fd_ >= 0) ::close(fd_);
    }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    void reset() { UniqueFd().swap(*this); }

  private:
    void swap(UniqueFd& other) noexcept { std::swap(fd_, other.fd_); }
    int fd_ = -1;
};

}  // namespace smarttls::engine
