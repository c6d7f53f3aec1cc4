// SPDX-License-Identifier: Apache-2.0
#include "smarttls/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace smarttls::engine {

using policy::ErrorKind;
using policy::Result;

tl::unexpected<policy::Error> socket_error(ErrorKind kind, const std::string& context, int error) {
    return policy::fail(kind, context + ": " + std::generic_category().message(error), error);
}

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return policy::fail(ErrorKind::Misconfigured,
                            "socket " + path + ": the path must have 1 to " +
                                std::to_string(sizeof address.sun_path - 1) + " bytes");
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

Result<UniqueFd> unix_stream_socket() {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.is_open()) return socket_error(ErrorKind::Temporary, "socket(2)", errno);
    return fd;
}

std::optional<uid_t> peer_user(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
}

int connect_to(int fd, const sockaddr_un& address) {
    const void* generic = &address;
    const int result = ::connect(fd, static_cast<const sockaddr*>(generic), sizeof address);
    return result == 0 ? 0 : errno;
}

namespace {

Result<void> check_directory(const std::string& path) {
    const auto directory = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (directory.empty() || std::filesystem::is_directory(directory, error)) return policy::ok();
    return policy::fail(ErrorKind::Misconfigured, "socket " + path + ": the directory " +
                                                      directory.string() +
                                                      " does not exist or cannot be entered");
}

/// Removes what a dead process left behind; refuses to take the place of a living one.
Result<void> clear_the_way(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return policy::ok();
        return socket_error(ErrorKind::Misconfigured, "socket " + path, errno);
    }
    if (!S_ISSOCK(status.st_mode)) {
        return policy::fail(ErrorKind::Misconfigured,
                            "socket " + path + ": a file that is no socket has this name");
    }
    const auto probe = unix_stream_socket();
    if (!probe) return because(probe, "socket " + path);
    const int error = connect_to(probe->get(), address);
    if (error == 0) {
        return policy::fail(ErrorKind::Temporary,
                            "socket " + path + ": another process answers on it");
    }
    // Only "nobody listens" is proof; with EACCES, say, the owner may well be alive.
    if (error != ECONNREFUSED) return socket_error(ErrorKind::Temporary, "socket " + path, error);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
        return socket_error(ErrorKind::Misconfigured, "stale socket " + path, errno);
    }
    return policy::ok();
}

/// Between bind(2) and listen(2) every connection is refused, so that nobody meets the mode that
/// the umask left.
Result<void> bind_and_listen(int fd, const std::string& path, const sockaddr_un& address) {
    constexpr mode_t kMode = 0660;
    const void* generic = &address;
    if (::bind(fd, static_cast<const sockaddr*>(generic), sizeof address) != 0) {
        return socket_error(ErrorKind::Temporary, "socket " + path + ": bind(2)", errno);
    }
    if (::chmod(path.c_str(), kMode) != 0 || ::listen(fd, SOMAXCONN) != 0) {
        const int error = errno;
        ::unlink(path.c_str());
        return socket_error(ErrorKind::Temporary, "socket " + path, error);
    }
    return policy::ok();
}

}  // namespace

Result<UnixListener> UnixListener::open(const std::string& path) {
    const auto address = unix_address(path);
    if (!address) return tl::unexpected(address.error());
    if (auto checked = check_directory(path); !checked) return tl::unexpected(checked.error());
    if (auto cleared = clear_the_way(path, *address); !cleared) {
        return tl::unexpected(cleared.error());
    }
    auto fd = unix_stream_socket();
    if (!fd) return because(fd, "socket " + path);
    if (auto bound = bind_and_listen(fd->get(), path, *address); !bound) {
        return tl::unexpected(bound.error());
    }
    UnixListener listener(*std::move(fd), path);
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) {
        listener.device_ = status.st_dev;
        listener.inode_ = status.st_ino;
    }
    return listener;
}

UnixListener::~UnixListener() {
    struct stat status {};
    if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
    if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace smarttls::engine
