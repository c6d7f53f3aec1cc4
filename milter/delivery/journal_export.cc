// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/journal_export.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace smarttls::milter {
namespace {

constexpr std::size_t kLengthSize = 8;

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
    }
    return value;
}

/// Microseconds since 1970.
std::optional<LogTime> time_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return LogTime(std::chrono::floor<std::chrono::milliseconds>(std::chrono::microseconds(value)));
}

}  // namespace

void JournalExport::feed(std::string_view bytes) {
    buffer_ += bytes;
    std::string_view rest = buffer_;
    while (step(rest)) {
    }
    buffer_.erase(0, buffer_.size() - rest.size());
}

std::optional<JournalEntry> JournalExport::next() {
    if (ready_.empty()) return {};
    JournalEntry entry = std::move(ready_.front());
    ready_.pop_front();
    return entry;
}

bool JournalExport::step(std::string_view& rest) {
    if (skip_ > 0) {
        const std::uint64_t size = std::min<std::uint64_t>(skip_, rest.size());
        rest.remove_prefix(static_cast<std::size_t>(size));
        skip_ -= size;
        return skip_ == 0;
    }
    const std::size_t size = rest.find('\n');
    if (size == std::string_view::npos) {
        if (rest.size() > kLongestValue) skip_line_ = true;
        if (skip_line_) rest = {};
        return false;
    }
    const std::string_view line = rest.substr(0, size);
    const std::size_t equals = line.find('=');
    if (std::exchange(skip_line_, false)) {
        // The end of a line that was too long.
    } else if (line.empty()) {
        if (!entry_.cursor.empty()) ready_.push_back(std::exchange(entry_, {}));
        entry_ = {};
        has_syslog_pid_ = false;
    } else if (equals == std::string_view::npos) {
        return step_binary(rest, size);
    } else {
        keep(line.substr(0, equals), line.substr(equals + 1));
    }
    rest.remove_prefix(size + 1);
    return true;
}

bool JournalExport::step_binary(std::string_view& rest, std::size_t name_size) {
    const std::size_t begin = name_size + 1 + kLengthSize;
    if (rest.size() < begin) return false;
    const std::uint64_t size = little_endian(rest.substr(name_size + 1, kLengthSize));
    if (size > kLongestValue) {
        rest.remove_prefix(begin);
        skip_ = size == UINT64_MAX ? size : size + 1;  // with the line feed behind it
        return true;
    }
    const auto length = static_cast<std::size_t>(size);
    if (rest.size() < begin + length + 1) return false;
    keep(rest.substr(0, name_size), rest.substr(begin, length));
    rest.remove_prefix(begin + length + 1);
    return true;
}

void JournalExport::keep(std::string_view name, std::string_view value) {
    if (value.size() > kLongestValue) return;
    if (name == "__CURSOR") {
        entry_.cursor = value;
    } else if (name == "__REALTIME_TIMESTAMP") {
        entry_.time = time_of(value).value_or(entry_.time);
    } else if (name == "SYSLOG_IDENTIFIER") {
        entry_.identifier = value;
    } else if (name == "SYSLOG_PID") {
        entry_.pid = value;
        has_syslog_pid_ = true;
    } else if (name == "_PID" && !has_syslog_pid_) {
        entry_.pid = value;
    } else if (name == "MESSAGE") {
        entry_.message = value;
    }
}

}  // namespace smarttls::milter
