// SPDX-License-Identifier: Apache-2.0
//
// FakeServer: a name server on 127.0.0.1, UDP and TCP on one free port, that answers each query
// with what the test's function returns: no packet (silence), one, or several in a row.
//
//     FakeServer server(io, [](const Asked& asked) { return Replies{Wire(asked.bytes)}; });
//
// Ownership: declared after the io_context, so that its sockets go first. Threads: that of the
// io_context.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <vector>

#include "tests/unit/smarttls/dns/wire.h"

namespace smarttls::engine {

struct Asked {
    Bytes bytes;
    wire::ReadQuery query;
    bool over_tcp = false;
    std::uint16_t client_port = 0;

    [[nodiscard]] bool checking_disabled() const { return (query.flags & wire::kCd) != 0; }
};

using Replies = std::vector<Bytes>;

class FakeServer {
  public:
    using Script = std::function<Replies(const Asked&)>;

    FakeServer(boost::asio::io_context& io, Script script);

    [[nodiscard]] boost::asio::ip::udp::endpoint endpoint() const;
    [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }

  private:
    boost::asio::awaitable<void> serve_udp();
    boost::asio::awaitable<void> serve_tcp();
    Replies answer(Asked asked);

    Script script_;
    std::vector<Asked> asked_;
    boost::asio::ip::udp::socket udp_;
    boost::asio::ip::tcp::acceptor tcp_;
};

}  // namespace smarttls::engine
