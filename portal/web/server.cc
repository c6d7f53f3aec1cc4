// SPDX-License-Identifier: Apache-2.0
#include "portal/web/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "portal/web/http_server.h"
#include "portal/web/site.h"

namespace smarttls::portal {

namespace asio = boost::asio;
using policy::Deadline;
using policy::Result;

namespace {

constexpr std::chrono::seconds kShutdownGrace{10};

asio::awaitable<void> shut_down(HttpServer* server, asio::io_context* io) {
    co_await server->shutdown(Deadline::after(Deadline::Clock::now(), kShutdownGrace));
    io->stop();
}

}  // namespace

/// The pool comes last, so that it ends first: its threads use all the others.
struct Server::Parts {
    Parts(PickupDesk& desk, PageTemplates templates, const ServerSettings& settings)
        : site(desk, std::move(templates), {settings.url, settings.organisation, settings.language}),
          setting{[this](const Request& request) { return site.answer(request); }, limits, settings.trusted_proxies, pool} {}

    Site site;
    HttpLimits limits{};
    asio::io_context io{1};
    HttpSetting setting;
    std::unique_ptr<HttpServer> server;
    bool is_stopping = false;  // of the io_context's thread
    WorkPool pool{limits.threads, limits.queue};
};

Result<std::unique_ptr<Server>> Server::open(const ServerSettings& settings, PickupDesk& desk) {
    auto templates = PageTemplates::open(settings.templates);
    if (!templates) return tl::unexpected(templates.error());
    auto parts = std::make_unique<Parts>(desk, *std::move(templates), settings);
    auto server = HttpServer::open(parts->io.get_executor(), settings.listen, parts->setting);
    if (!server) return tl::unexpected(server.error());
    parts->server = *std::move(server);
    return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;

void Server::run() { parts_->io.run(); }

void Server::stop() {
    asio::post(parts_->io, [parts = parts_.get()] {
        if (std::exchange(parts->is_stopping, true)) return;
        asio::co_spawn(parts->io, shut_down(parts->server.get(), &parts->io), asio::detached);
    });
}

std::uint16_t Server::port() const { return parts_->server->port(); }

}  // namespace smarttls::portal
