// SPDX-License-Identifier: Apache-2.0
//
// LogClock: what time a line's stamp means. RFC 3339 stamps say it; the others ("Nov 23 16:41:01") lack year
// and time zone: they are local time of the latest year in which they are not in the future of `latest`,
// with a day's grace for clocks that differ. In the hour that comes twice when summer time ends, lines go on
// from the one before.
//
//     LogClock clock;
//     auto time = clock.read("Nov 23 16:41:01", latest);   // latest: now, or when the file was last written
//
// Threads: one thread. Errors: nothing for what is no stamp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace smarttls::milter {

using LogTime = std::chrono::sys_time<std::chrono::milliseconds>;

class LogClock {
  public:
    [[nodiscard]] std::optional<LogTime> read(std::string_view stamp, LogTime latest);

  private:
    [[nodiscard]] std::optional<LogTime> read_short(std::string_view stamp, LogTime latest) const;

    // The last short stamp: lines of one second cost one conversion.
    std::string stamp_;
    std::chrono::sys_days latest_day_{};
    std::optional<LogTime> time_;
    std::optional<LogTime> before_;  // the time of the stamp before
};

}  // namespace smarttls::milter
