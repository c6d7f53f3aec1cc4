// SPDX-License-Identifier: Apache-2.0
#include "portal/command/check_progress.h"

#include <algorithm>

#include "portal/command/render.h"

namespace smarttls::portal {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPause(100);
constexpr std::size_t kBar = 20;
constexpr std::string_view kClearLine = "\r\x1b[K";  // ECMA-48 EL: to the end of the line

}  // namespace

Progress::Progress(std::ostream& err, std::size_t all, Visibility visibility, Clock::time_point now)
    : err_(err), all_(all), visibility_(visibility), begin_(now), next_(now) {}

void Progress::show(std::size_t done, Clock::time_point now) {
    if (visibility_ == Visibility::Hidden || now < next_) return;
    next_ = now + kPause;
    visible_ = true;
    err_ << kClearLine << progress_line(done, all_, elapsed(now)) << std::flush;
}

void Progress::clear() {
    if (visible_) err_ << kClearLine << std::flush;
    visible_ = false;
}

milliseconds Progress::elapsed(Clock::time_point now) const {
    return std::chrono::duration_cast<milliseconds>(now - begin_);
}

std::string progress_line(std::size_t done, std::size_t all, milliseconds elapsed) {
    const std::size_t full = kBar * done / std::max<std::size_t>(1, all);
    std::string line = "[" + std::string(full, '#') + std::string(kBar - full, '.') + "]  " +
                       std::to_string(done) + " of " + std::to_string(all);
    const auto spent = static_cast<std::size_t>(std::max<milliseconds::rep>(1, elapsed.count()));
    if (done == 0) return line;
    const std::size_t tenths = done * 10'000 / spent;
    const std::chrono::seconds left((all - done) * spent / done / 1000);
    return line + ", " + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "/s, " +
           span_of(left) + " left";
}

}  // namespace smarttls::portal
