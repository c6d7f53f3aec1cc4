// SPDX-License-Identifier: Apache-2.0
#include "milter/serving.h"

#include <libmilter/mfapi.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "milter/callbacks.h"
#include "milter/thread_supply.h"

namespace smarttls::milter {
namespace {

using policy::ErrorKind;
using policy::Result;

constexpr rlim_t kOwnDescriptors = 64;
constexpr rlim_t kPerSession = 3;  // the MTA's connection, the engine's, and a sealed file
constexpr std::chrono::milliseconds kKnockAgain{50};
constexpr std::size_t kStack = 1U << 20;

/// Whether somebody accepts connections there.
bool is_served(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool served =
        connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return served;
}

int create_thread(const ThreadSupply::Task& task) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStack);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    const int error = pthread_create(&thread, &attributes, task.routine, task.argument);
    pthread_attr_destroy(&attributes);
    return error;
}

}  // namespace

Result<void> open_milter(const std::string& path) {
    std::string socket = path;
    if (socket.starts_with('/')) {
        // libmilter would take a living socket away from its owner.
        if (is_served(socket)) {
            return policy::fail(ErrorKind::Permanent, socket + " is served by another process");
        }
        socket.insert(0, "unix:");
    }
    if (smfi_setconn(socket.data()) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS) {
        return policy::fail(ErrorKind::Permanent,
                            "cannot listen on " + socket + ": " + std::generic_category().message(errno), errno);
    }
    static ThreadSupply& supply = *new ThreadSupply({}, create_thread);
    if (!supply.open()) return policy::fail(ErrorKind::Temporary, "the system refuses to start a thread");
    supply_threads(supply);
    return policy::ok();
}

std::size_t room_for_sessions() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return SIZE_MAX;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur / kPerSession - std::min(limit.rlim_cur, kOwnDescriptors) / kPerSession;
}

Serving::Serving(std::string socket)
    : socket_(std::move(socket)), thread_([this] { serve(); }) {}

Serving::~Serving() { static_cast<void>(stop()); }

void Serving::serve() {
    status_ = smfi_main();
    has_ended_ = true;
    kill(getpid(), kServingEnded);
}

/// libmilter's listener looks up every five seconds, or when somebody connects.
Result<void> Serving::stop() {
    if (thread_.joinable()) {
        std::thread stopper(smfi_stop);
        while (!has_ended_) {
            if (socket_.starts_with('/')) static_cast<void>(is_served(socket_));
            std::this_thread::sleep_for(kKnockAgain);
        }
        stopper.join();
        thread_.join();
        close_callbacks();
    }
    if (status_ == MI_SUCCESS) return policy::ok();
    return policy::fail(ErrorKind::Permanent, "libmilter ended with an error");
}

}  // namespace smarttls::milter
