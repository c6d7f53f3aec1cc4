// SPDX-License-Identifier: Apache-2.0
//
// The log sink of all programs: one write(2) to stderr per line, so that lines of several threads
// and processes never mix. Under systemd (stderr is the journal, see sd-daemon(3) and
// JOURNAL_STREAM in systemd.exec(5)) a line begins with the priority "<N>"; otherwise with time,
// program and pid.
//
//     set_program_name("smarttlsd");
//     log(Severity::Info, "example.nl: level=dane");
//
// Every byte outside printable ASCII is escaped as \xHH and a line is cut after 4000 bytes: whoever
// wrote the text, it stays one line and cannot steer a terminal.
// Threads: any; set_program_name once, before the second thread. Errors: none; a line that cannot
// be written is lost.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace smarttls::engine {

/// The numbers are the priorities of syslog(3).
enum class Severity { Error = 3, Warning = 4, Info = 6 };

void set_program_name(std::string_view name);
void log(Severity severity, std::string_view message);

/// The two forms of a line, final newline included.
[[nodiscard]] std::string journal_line(Severity severity, std::string_view message);
[[nodiscard]] std::string plain_line(std::chrono::sys_time<std::chrono::milliseconds> when,
                                     std::string_view program, long pid, std::string_view message);

}  // namespace smarttls::engine
