// SPDX-License-Identifier: Apache-2.0
//
// JournalSource: the journal, by `journalctl --follow`, which knows rotation and vacuuming; the place is the cursor
// of the last entry. When journalctl ends, it is started again behind that entry.
//
// `what` is a unit ("postfix@-.service", patterns as systemctl's) or, without a suffix, a syslog identifier ("sm-mta").
// Read by unit, entries come from that unit's processes alone: other users cannot write them.
// Ownership: the child process, which ends with us. Threads: one thread. Errors: see LogSource.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/delivery/journal_export.h"
#include "milter/delivery/log_source.h"

namespace smarttls::milter {

class JournalSource : public LogSource {
  public:
    explicit JournalSource(std::string what, std::string program = "/usr/bin/journalctl")
        : what_(std::move(what)), program_(std::move(program)) {}
    ~JournalSource() override;

    [[nodiscard]] std::string name() const override { return "journal:" + what_; }
    [[nodiscard]] policy::Result<void> resume(std::string_view place) override;
    [[nodiscard]] policy::Result<bool> read(const Take& take) override;
    [[nodiscard]] std::string place() const override { return cursor_; }

  private:
    [[nodiscard]] std::vector<std::string> command() const;
    [[nodiscard]] policy::Result<void> start();
    /// Ends the child if it runs, and waits for it; its status as waitpid() gives it.
    int stop();

    const std::string what_;
    const std::string program_;
    std::string cursor_;
    JournalExport export_;
    pid_t child_ = 0;
    int pipe_ = -1;
    std::vector<char> buffer_;
};

}  // namespace smarttls::milter
