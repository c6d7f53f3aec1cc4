// SPDX-License-Identifier: Apache-2.0
#include "smarttls/mta/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "policy/deadline.h"
#include "policy/text.h"

namespace smarttls::mta {
namespace {

using policy::Deadline;
using policy::ErrorKind;
using policy::Result;
using std::chrono_literals::operator""s;

constexpr auto kLimit = 10s;
constexpr std::size_t kLargestOutput = 1U << 20;

/// A pipe whose ends close themselves.
struct Pipe {
    std::array<int, 2> ends{-1, -1};
    Pipe() = default;
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    bool open() { return pipe2(ends.data(), O_CLOEXEC) == 0; }
    void close_end(std::size_t index) {
        if (ends[index] >= 0) close(std::exchange(ends[index], -1));
    }
};

/// Reads both streams until the child closes them.
Result<void> drain(const Pipe& out, const Pipe& err, std::string& output, std::string& errors) {
    const Deadline deadline = Deadline::after(Deadline::Clock::now(), kLimit);
    std::array<pollfd, 2> entries{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    const std::array<std::string*, 2> texts{&output, &errors};
    while (entries[0].fd >= 0 || entries[1].fd >= 0) {
        const auto left = deadline.left(Deadline::Clock::now());
        const int ready = poll(entries.data(), entries.size(), static_cast<int>(left.count()));
        if (ready == 0) return policy::fail(ErrorKind::Temporary, "it took longer than 10 s");
        if (ready < 0 && errno != EINTR) return policy::fail(ErrorKind::Temporary, std::generic_category().message(errno), errno);
        if (ready < 0) continue;  // revents are those of the last call
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].fd < 0 || entries[i].revents == 0) continue;
            std::array<char, 4096> chunk{};
            const ssize_t count = read(entries[i].fd, chunk.data(), chunk.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                entries[i].fd = -1;
            } else if (texts[i]->size() < kLargestOutput) {
                texts[i]->append(chunk.data(), static_cast<std::size_t>(count));
            }
        }
    }
    return policy::ok();
}

/// A file without a name that holds the text, read from its beginning; -1 when there can be none.
int file_of(std::string_view text) {
    const int file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0) return file;
    const ssize_t written = write(file, text.data(), text.size());
    if (written == static_cast<ssize_t>(text.size()) && lseek(file, 0, SEEK_SET) == 0) return file;
    close(file);
    return -1;
}

Result<pid_t> spawn(std::vector<std::string>& arguments, const Pipe& in, const Pipe& out,
                    const Pipe& err) {
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::array<char*, 3> environment{};
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::string locale = "LC_ALL=C";
    environment[0] = path.data();
    environment[1] = locale.data();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.ends[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // The daemon blocks its signals; the child must not inherit that.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = 0;
    const bool is_path = arguments.front().starts_with('/');
    const std::string program = (is_path ? "" : "/usr/sbin/") + arguments.front();
    const int error = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(),
                                  environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return policy::fail(ErrorKind::Temporary, std::generic_category().message(error), error);
    return child;
}

}  // namespace

Result<std::string> output_of(std::vector<std::string> arguments, std::string_view input) {
    const std::string name = arguments.front();
    Pipe in;
    Pipe out;
    Pipe err;
    in.ends[0] = file_of(input);
    if (in.ends[0] < 0 || !out.open() || !err.open()) {
        return policy::fail(ErrorKind::Temporary, name + ": " + std::generic_category().message(errno), errno);
    }
    auto child = spawn(arguments, in, out, err);
    if (!child) return because(child, name);
    out.close_end(1);
    err.close_end(1);
    std::string output;
    std::string errors;
    const auto drained = drain(out, err, output, errors);
    if (!drained) kill(*child, SIGKILL);
    int status = 0;
    while (waitpid(*child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!drained) return because(drained, name);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return policy::fail(ErrorKind::Misconfigured,
                            name + ": " + std::string(policy::split(errors, '\n').front()));
    }
    return output;
}

}  // namespace smarttls::mta
