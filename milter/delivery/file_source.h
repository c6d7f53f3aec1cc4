// SPDX-License-Identifier: Apache-2.0
//
// FileSource: a log file that others append to, rotate and truncate.
//
// Rotation by renaming: the old file is read to its end, and the new one begun when it has something and nobody has
// written to the old one for some seconds: postlogd(8) goes on with it until `postfix reload` has reached it, while
// postfix(1) writes to the new one already. By copying and truncating: what was not read
// yet is read from the copy. After a restart the file of the place is found by inode and mark among NAME, NAME.1,
// NAME-YYYYMMDD, and then those that are younger than it in their order. One that is missing is waited for;
// one that is gone, or compressed by now, is told as a gap in our own log.
//
// Lines are given out when they are complete. Of a line of more than 64 KiB nothing is kept but its end.
// Ownership: the open file. Threads: one thread. Errors: see LogSource.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "milter/delivery/log_clock.h"
#include "milter/delivery/log_file.h"
#include "milter/delivery/log_source.h"

namespace smarttls::milter {

class FileSource : public LogSource {
  public:
    static constexpr std::size_t kLongestLine = 65'536;

    /// `let_go`: how long a file that was rotated must not have been written to before the next one is begun.
    explicit FileSource(std::string path, std::chrono::milliseconds let_go = std::chrono::seconds(5))
        : path_(std::move(path)), let_go_(let_go) {}

    [[nodiscard]] std::string name() const override { return path_; }
    [[nodiscard]] policy::Result<void> resume(std::string_view place) override;
    [[nodiscard]] policy::Result<bool> read(const Take& take) override;
    [[nodiscard]] std::string place() const override;

  private:
    /// Where reading is: in which file, and behind which whole line.
    struct Place {
        FileId id;
        std::uint64_t offset = 0;
        FileMark mark;
        std::int64_t written = 0;  // when the file was last written, as far as it was seen
    };

    [[nodiscard]] policy::Result<bool> open_live();
    [[nodiscard]] policy::Result<bool> find(const Place& place);
    [[nodiscard]] policy::Result<bool> begin_behind(std::int64_t written);
    [[nodiscard]] policy::Result<bool> is_as_left() const;
    [[nodiscard]] policy::Result<bool> read_on(const Take& take);
    [[nodiscard]] policy::Result<bool> at_end(const Take& take);
    [[nodiscard]] policy::Result<bool> is_superseded() const;
    [[nodiscard]] policy::Result<std::optional<LogFile>> younger_rotated(std::int64_t written) const;
    [[nodiscard]] policy::Result<bool> follow_truncation();
    [[nodiscard]] policy::Result<void> renew_mark();
    void begin(LogFile file, const Place& place);
    void give(std::string_view line, const Take& take);
    void give_lines(std::string_view chunk, const Take& take);

    const std::string path_;
    const std::chrono::milliseconds let_go_;
    std::optional<LogFile> file_;
    Place place_;
    std::string partial_;      // the begin of a line whose end is not there yet
    std::uint64_t ahead_ = 0;  // bytes read behind place_.offset: partial_, or more of a line that is too long
    bool too_long_ = false;
    LogTime latest_{};         // bound of what stamps can mean
    LogClock clock_;
    std::vector<char> buffer_;
};

}  // namespace smarttls::milter
