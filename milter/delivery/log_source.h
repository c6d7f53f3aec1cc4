// SPDX-License-Identifier: Apache-2.0
//
// LogSource: where the lines of a log come from, in their order and each once: a file that is rotated
// (file_source.h) or the journal (journal_source.h).
//
//     source.resume(place);          // where an earlier run was; empty: at the beginning
//     source.read([&](const LogEntry& entry) { ... });
//     place = source.place();        // behind the last entry that was given out
//
// Ownership: an entry borrows the source's memory until take returns. Threads: one thread.
// Errors: Temporary (cannot be read now: call again later), Corrupt (that is no place of this source).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "milter/delivery/delivery_assembler.h"
#include "policy/result.h"

namespace smarttls::milter {

class LogSource {
  public:
    using Take = std::function<void(const LogEntry&)>;

    LogSource() = default;
    LogSource(const LogSource&) = delete;
    LogSource& operator=(const LogSource&) = delete;
    virtual ~LogSource() = default;

    /// As Position::source has it.
    [[nodiscard]] virtual std::string name() const = 0;
    [[nodiscard]] virtual policy::Result<void> resume(std::string_view place) = 0;
    /// Gives out what is there, up to half a megabyte. True: more may be there at once; false: wait a moment.
    [[nodiscard]] virtual policy::Result<bool> read(const Take& take) = 0;
    /// One line of ASCII.
    [[nodiscard]] virtual std::string place() const = 0;
};

}  // namespace smarttls::milter
