// SPDX-License-Identifier: Apache-2.0
#include "smarttls/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iomanip>
#include <sstream>

namespace smarttls::engine {
namespace {

constexpr std::size_t kLongestMessage = 4000;

std::string& program_name() {
    static std::string name = "smarttls";
    return name;
}

std::string escape(std::string_view message) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string line;
    for (const char byte : message.substr(0, kLongestMessage)) {
        const auto value = static_cast<unsigned char>(byte);
        if (value >= 0x20 && value < 0x7f) {
            line += byte;
        } else {
            line += {'\\', 'x', kHex[value >> 4], kHex[value & 0xf]};
        }
    }
    return line + (message.size() > kLongestMessage ? "...\n" : "\n");
}

/// The variable alone is not enough: a child whose stderr was redirected inherits it too.
bool is_stderr_the_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    struct stat status {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

}  // namespace

void set_program_name(std::string_view name) {
    program_name() = name;
}

std::string journal_line(Severity severity, std::string_view message) {
    return "<" + std::to_string(static_cast<int>(severity)) + ">" + escape(message);
}

std::string plain_line(std::chrono::sys_time<std::chrono::milliseconds> when,
                       std::string_view program, long pid, std::string_view message) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);
    std::ostringstream line;
    line << std::setfill('0') << std::setw(4) << static_cast<int>(date.year()) << '-'
         << std::setw(2) << static_cast<unsigned>(date.month()) << '-' << std::setw(2)
         << static_cast<unsigned>(date.day()) << 'T' << std::setw(2) << time.hours().count() << ':'
         << std::setw(2) << time.minutes().count() << ':' << std::setw(2) << time.seconds().count()
         << '.' << std::setw(3) << time.subseconds().count() << "Z " << program << '[' << pid
         << "]: " << escape(message);
    return line.str();
}

void log(Severity severity, std::string_view message) {
    static const bool journal = is_stderr_the_journal();
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::string line = journal ? journal_line(severity, message)
                                     : plain_line(now, program_name(), ::getpid(), message);
    const int kept = errno;  // a caller may log between a failed call and its errno
    while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
    }
    errno = kept;
}

}  // namespace smarttls::engine
