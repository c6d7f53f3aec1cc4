// SPDX-License-Identifier: Apache-2.0
#include "milter/delivery/journal_source.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "policy/text.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

constexpr std::size_t kAtOnce = 524'288;
constexpr std::size_t kPipeSize = 1'048'576;

auto temporary(const std::string& what, int code) {
    return policy::fail(ErrorKind::Temporary, what + ": " + std::generic_category().message(code), code);
}

/// Begins it with `out` as standard output, without input, and with no signal blocked.
Result<pid_t> spawn(std::vector<std::string> arguments, int out) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::string locale = "LC_ALL=C";
    std::array<char*, 2> environment{locale.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = 0;
    const int error = posix_spawn(&child, argv.front(), &actions, &attributes, argv.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return temporary(arguments.front(), error);
    return child;
}

bool is_plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char b) { return b > 0x20 && b < 0x7f; });
}

}  // namespace

JournalSource::~JournalSource() { stop(); }

Result<void> JournalSource::resume(std::string_view place) {
    if (!place.empty() && !is_plain(place)) {
        return policy::fail(ErrorKind::Corrupt, policy::quote(place) + " is no place in the journal");
    }
    stop();
    cursor_ = place;
    return policy::ok();
}

std::vector<std::string> JournalSource::command() const {
    const bool is_unit = what_.find('.') != std::string::npos || what_.find('@') != std::string::npos;
    std::vector<std::string> words{program_, "--output=export", "--all", "--follow", "--no-tail", "--quiet",
                                   (is_unit ? "--unit=" : "--identifier=") + what_};
    words.push_back(cursor_.empty() ? std::string("--boot") : "--after-cursor=" + cursor_);
    return words;
}

Result<void> JournalSource::start() {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return temporary("pipe", errno);
    auto child = spawn(command(), ends[1]);
    ::close(ends[1]);
    if (!child) {
        ::close(ends[0]);
        return tl::unexpected(child.error());
    }
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ::fcntl(ends[0], F_SETPIPE_SZ, static_cast<int>(kPipeSize));  // a wish; the default will do
    child_ = *child;
    pipe_ = ends[0];
    export_ = {};
    return policy::ok();
}

int JournalSource::stop() {
    if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
    if (child_ == 0) return 0;
    ::kill(child_, SIGTERM);
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    return status;
}

Result<bool> JournalSource::read(const Take& take) {
    if (child_ == 0) {
        if (auto started = start(); !started) return tl::unexpected(started.error());
    }
    buffer_.resize(kAtOnce);
    const ssize_t count = ::read(pipe_, buffer_.data(), buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0) {
        stop();
        return policy::fail(ErrorKind::Temporary, program_ + " has ended");
    }
    export_.feed({buffer_.data(), static_cast<std::size_t>(count)});
    while (const auto entry = export_.next()) {
        if (!entry->identifier.empty() && !entry->pid.empty()) {
            take({entry->time, entry->identifier, entry->pid, entry->message});
        }
        if (is_plain(entry->cursor)) cursor_ = entry->cursor;
    }
    return true;
}

}  // namespace smarttls::milter
