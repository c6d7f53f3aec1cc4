// SPDX-License-Identifier: Apache-2.0
//
// JournalExport: reads systemd's Journal Export Format, which `journalctl --output=export` writes: fields as
// "NAME=value" lines, or, when the value is not text, NAME, a line feed, 64 bits of length and the bytes; an empty line
// ends an entry.
//
//     JournalExport journal;
//     journal.feed(bytes);
//     while (auto entry = journal.next()) ...
//
// Memory is bounded: a value of more than 64 KiB is skipped, as are fields that are of no use here.
// Threads: one thread. Errors: text that is no such format yields no entries.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "milter/delivery/log_clock.h"

namespace smarttls::milter {

struct JournalEntry {
    std::string cursor;
    LogTime time{};
    std::string identifier;
    std::string pid;
    std::string message;
};

class JournalExport {
  public:
    static constexpr std::size_t kLongestValue = 65'536;

    void feed(std::string_view bytes);
    [[nodiscard]] std::optional<JournalEntry> next();

  private:
    /// Takes one field or end of entry off the buffer; false: more bytes are needed.
    bool step(std::string_view& rest);
    bool step_binary(std::string_view& rest, std::size_t name_size);
    void keep(std::string_view name, std::string_view value);

    std::string buffer_;
    std::uint64_t skip_ = 0;   // bytes of a value that is too long
    bool skip_line_ = false;   // as long as its end has not come
    JournalEntry entry_;
    bool has_syslog_pid_ = false;
    std::deque<JournalEntry> ready_;
};

}  // namespace smarttls::milter
