// SPDX-License-Identifier: Apache-2.0
//
// LogFile: one file of a log, open, whatever its name is by now; and the files beside it that rotation made.
//
// A file is known by device and inode, and by a mark: a checksum of its first bytes, which begin with a time
// stamp. So a reused inode is not taken for the old file, and a copy (copytruncate) is found.
// Ownership: owns its descriptor. Threads: one thread. Errors: Temporary, with errno.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "milter/delivery/log_clock.h"
#include "policy/result.h"

namespace smarttls::milter {

struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    bool operator==(const FileId&) const = default;
};

struct FileFacts {
    FileId id;
    std::uint64_t size = 0;
    std::int64_t written = 0;  // nanoseconds since 1970
    [[nodiscard]] LogTime written_at() const;
};

/// The first bytes of a file.
struct FileMark {
    static constexpr std::uint64_t kLongest = 256;
    std::uint64_t size = 0;  // how many; 0: none, which fits each file
    std::uint64_t sum = 0;
    bool operator==(const FileMark&) const = default;
};

class LogFile {
  public:
    /// Nothing when there is no such file.
    [[nodiscard]] static policy::Result<std::optional<LogFile>> open(const std::string& path);
    LogFile(LogFile&& other) noexcept
        : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
    LogFile& operator=(LogFile&& other) noexcept;
    ~LogFile();

    [[nodiscard]] policy::Result<FileFacts> look() const;
    /// Fewer bytes than asked for only at the end of the file.
    [[nodiscard]] policy::Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
    /// Of the first `size` bytes, or kLongest; of fewer when the file has no more.
    [[nodiscard]] policy::Result<FileMark> mark(std::uint64_t size) const;
    [[nodiscard]] const std::string& path() const { return path_; }  // when it was opened

  private:
    LogFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    std::string path_;
    int fd_ = -1;
};

/// The files that rotation made of `path` and that can be read as they are, the oldest first: NAME.1, NAME-20261123,
/// NAME.20261123-163000; not NAME.2.gz. Empty when the directory cannot be read.
[[nodiscard]] std::vector<std::string> rotated_files(const std::string& path);

}  // namespace smarttls::milter
