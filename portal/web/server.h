// SPDX-License-Identifier: Apache-2.0
//
// Server: the portal's pages as one thing that runs: the site, its threads, and the thread of its connections.
//
//     auto server = Server::open(settings, desk);   // listens
//     (*server)->run();                             // until stop()
//
// nginx stands before it (conf/nginx/smarttls-portal.conf): TLS and HTTP/2 are its.
// Ownership: borrows the desk. Threads: run() takes the caller's; stop() any thread, also a second time. Errors of open():
// Misconfigured (templates, address), those of the listener.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/network.h"
#include "policy/result.h"
#include "portal/web/pickup_desk.h"

namespace smarttls::portal {

struct ServerSettings {
    std::string listen;  // path of a UNIX socket, or address:port
    std::vector<policy::Network> trusted_proxies;
    std::vector<std::string> templates;  // directories
    std::string url;
    std::string organisation;
    std::string language;
};

class Server {
  public:
    [[nodiscard]] static policy::Result<std::unique_ptr<Server>> open(const ServerSettings& settings, PickupDesk& desk);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    void run();
    /// Finishes the answers that are on their way, within some seconds; then run() returns.
    void stop();
    /// Of the TCP port that was taken; for port 0.
    [[nodiscard]] std::uint16_t port() const;

  private:
    struct Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace smarttls::portal
