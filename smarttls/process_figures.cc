// SPDX-License-Identifier: Apache-2.0
#include "smarttls/process_figures.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace smarttls::engine {
namespace {

std::uint64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() {
    std::error_code error;
    std::uint64_t number = 0;
    std::filesystem::directory_iterator entry("/proc/self/fd", error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        ++number;
    }
    return number == 0 ? 0 : number - 1;  // without that of the listing itself
}

/// Field 22 of proc(5)'s stat, in clock ticks since the boot. The program's name may hold blanks
/// and parentheses, so the fields are counted from behind it.
double start_time() {
    std::ifstream file("/proc/self/stat");
    std::string text;
    std::getline(file, text);
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number) fields >> field;
    timespec wall{};
    timespec boot{};
    ::clock_gettime(CLOCK_REALTIME, &wall);
    ::clock_gettime(CLOCK_BOOTTIME, &boot);
    const auto ticks = static_cast<double>(std::strtoull(field.c_str(), nullptr, 10));
    return static_cast<double>(wall.tv_sec - boot.tv_sec) +
           static_cast<double>(wall.tv_nsec - boot.tv_nsec) / 1e9 +
           ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

ProcessFigures process_figures() {
    // Once: the clocks are read one after the other, and a start that moves looks like a restart.
    static const double started = start_time();
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return {cpu_seconds(), resident_bytes(), open_descriptors(), limit.rlim_cur, started};
}

}  // namespace smarttls::engine
