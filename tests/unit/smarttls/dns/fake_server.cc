// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/smarttls/dns/fake_server.h"

#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

/// A UDP port may be taken for TCP; then the next one is tried.
void bind_both(udp::socket& datagrams, tcp::acceptor& connections) {
    for (int attempt = 0; attempt < 20; ++attempt) {
        datagrams = udp::socket(datagrams.get_executor(), {asio::ip::address_v4::loopback(), 0});
        boost::system::error_code taken;
        connections.open(tcp::v4(), taken);
        const auto port = datagrams.local_endpoint().port();
        connections.bind({asio::ip::address_v4::loopback(), port}, taken);
        if (!taken) return connections.listen();
        connections.close();
    }
    throw std::runtime_error("no port is free for UDP and TCP");
}

}  // namespace

FakeServer::FakeServer(asio::io_context& io, Script script)
    : script_(std::move(script)), udp_(io), tcp_(io) {
    bind_both(udp_, tcp_);
    asio::co_spawn(io, serve_udp(), asio::detached);
    asio::co_spawn(io, serve_tcp(), asio::detached);
}

udp::endpoint FakeServer::endpoint() const {
    return udp_.local_endpoint();
}

Replies FakeServer::answer(Asked asked) {
    asked.query = wire::read_query(asked.bytes);
    asked_.push_back(std::move(asked));
    return script_(asked_.back());
}

asio::awaitable<void> FakeServer::serve_udp() {
    for (;;) {
        Bytes query(512);
        udp::endpoint client;
        const std::size_t size =
            co_await udp_.async_receive_from(asio::buffer(query), client, asio::use_awaitable);
        query.resize(size);
        for (const Bytes& reply : answer({std::move(query), {}, false, client.port()})) {
            co_await udp_.async_send_to(asio::buffer(reply), client, asio::use_awaitable);
        }
    }
}

asio::awaitable<void> FakeServer::serve_tcp() {
    for (;;) {
        tcp::socket client = co_await tcp_.async_accept(asio::use_awaitable);
        const std::uint16_t port = client.remote_endpoint().port();
        Bytes prefix(2);
        co_await asio::async_read(client, asio::buffer(prefix), asio::use_awaitable);
        Bytes query(static_cast<std::size_t>(prefix[0] << 8 | prefix[1]));
        co_await asio::async_read(client, asio::buffer(query), asio::use_awaitable);
        for (const Bytes& reply : answer({std::move(query), {}, true, port})) {
            const Bytes framed =
                wire::operator+(wire::u16(static_cast<unsigned>(reply.size())), reply);
            co_await asio::async_write(client, asio::buffer(framed), asio::use_awaitable);
        }
    }
}

}  // namespace smarttls::engine
