// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

constexpr std::int64_t kNanoseconds = 1'000'000'000;

auto system_error(const std::string& path) {
    const int code = errno;
    return policy::fail(ErrorKind::Temporary, path + ": " + std::generic_category().message(code), code);
}

FileFacts facts_of(const struct stat& status) {
    return {{status.st_dev, status.st_ino},
            static_cast<std::uint64_t>(status.st_size),
            status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

/// What logrotate, newsyslog and `postfix logrotate` put behind a name: a number or a date.
bool is_rotation_suffix(std::string_view suffix) {
    return suffix.size() >= 2 && (suffix.front() == '.' || suffix.front() == '-') &&
           suffix.find_first_not_of("0123456789-.", 1) == std::string_view::npos;
}

/// FNV-1a, 64 bits: against mix-ups, not against forgers, who could write the log itself.
std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    return sum;
}

}  // namespace

LogTime FileFacts::written_at() const {
    return LogTime(std::chrono::floor<std::chrono::milliseconds>(std::chrono::nanoseconds(written)));
}

Result<std::optional<LogFile>> LogFile::open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a FIFO must not block us
    if (fd < 0 && errno == ENOENT) return std::optional<LogFile>();
    if (fd < 0) return system_error(path);
    std::optional<LogFile> file(LogFile(path, fd));
    struct stat status {};
    if (::fstat(fd, &status) != 0) return system_error(path);
    if (!S_ISREG(status.st_mode)) return policy::fail(ErrorKind::Misconfigured, path + " is no file");
    return file;
}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
}

LogFile::~LogFile() {
    if (fd_ >= 0) ::close(fd_);
}

Result<FileFacts> LogFile::look() const {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return system_error(path_);
    return facts_of(status);
}

Result<std::size_t> LogFile::read(std::uint64_t offset, std::span<char> into) const {
    std::size_t total = 0;
    while (total < into.size()) {
        const ssize_t count = ::pread(fd_, into.data() + total, into.size() - total,
                                      static_cast<off_t>(offset + total));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(path_);
        if (count == 0) break;
        total += static_cast<std::size_t>(count);
    }
    return total;
}

Result<FileMark> LogFile::mark(std::uint64_t size) const {
    std::array<char, FileMark::kLongest> first{};
    const auto count = read(0, std::span(first).first(std::min(size, FileMark::kLongest)));
    if (!count) return tl::unexpected(count.error());
    return FileMark{*count, checksum({first.data(), *count})};
}

std::vector<std::string> rotated_files(const std::string& path) {
    const std::filesystem::path live(path);
    const std::string name = live.filename().string();
    std::vector<std::pair<std::int64_t, std::string>> found;
    std::error_code error;
    std::filesystem::directory_iterator entry(live.parent_path(), error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const std::string other = entry->path().filename().string();
        if (!other.starts_with(name) || !is_rotation_suffix(std::string_view(other).substr(name.size()))) {
            continue;
        }
        struct stat status {};
        if (::stat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        found.emplace_back(facts_of(status).written, entry->path().string());
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> paths;
    for (auto& [written, file] : found) paths.push_back(std::move(file));
    return paths;
}

}  // namespace smarttls::milter
