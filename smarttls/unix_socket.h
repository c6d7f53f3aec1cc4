// SPDX-License-Identifier: Apache-2.0
//
// UNIX stream sockets by path: what server and client of the engine's protocol share, and the
// listening side with its rules for the file.
//
//     Result<UnixListener> listener = UnixListener::open("/run/smarttls/engine.sock");
//
// A socket file on which nobody listens is removed; one that answers, or a file of another kind, is
// an error. The file gets mode 0660 before the first client can connect (owner and group come from
// the directory: setgid). It is removed on destruction, unless somebody replaced it.
// Ownership: the listener owns descriptor and file. Threads: one thread.
// Errors: Misconfigured (path), Temporary (somebody else listens; system errors).
#pragma once

#include <sys/types.h>
#include <sys/un.h>

#include <optional>
#include <string>

#include "policy/result.h"
#include "smarttls/unique_fd.h"

namespace smarttls::engine {

/// Misconfigured when the path is empty or does not fit into sun_path.
[[nodiscard]] policy::Result<sockaddr_un> unix_address(const std::string& path);

/// A new stream socket, closed on exec.
[[nodiscard]] policy::Result<UniqueFd> unix_stream_socket();

/// connect(2); 0 or the errno.
[[nodiscard]] int connect_to(int fd, const sockaddr_un& address);

/// "smarttlsd.sock: bind: Permission denied" as an error; `error` is the errno.
[[nodiscard]] tl::unexpected<policy::Error> socket_error(policy::ErrorKind kind,
                                                         const std::string& context, int error);

/// The user who connected to the other end (SO_PEERCRED), or nothing when the system does not tell.
[[nodiscard]] std::optional<uid_t> peer_user(int fd);

class UnixListener {
  public:
    [[nodiscard]] static policy::Result<UnixListener> open(const std::string& path);
    UnixListener(UnixListener&&) noexcept = default;
    UnixListener& operator=(UnixListener&&) noexcept = delete;
    ~UnixListener();

    /// The descriptor for Asio, which closes it; the file stays this object's.
    [[nodiscard]] int release() { return fd_.release(); }

  private:
    UnixListener(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    UniqueFd fd_;
    std::string path_;  // empty after a move
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

}  // namespace smarttls::engine
