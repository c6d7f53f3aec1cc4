// SPDX-License-Identifier: Apache-2.0
//
// One exchange with one DNS server: a query goes out, the packet that answers it comes back, unread
// but for is_reply_to().
//
//     Result<Bytes> packet = co_await exchange_udp(server, query, deadline);
//
// Ownership: arguments are copied into the coroutine; sockets live as long as it. Threads: the
// executor of the caller. Cancelling the caller cancels the exchange (operation_aborted is thrown).
// Errors: Temporary; `code` is the errno, ETIMEDOUT when the deadline passed first.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>

#include "policy/deadline.h"
#include "policy/result.h"
#include "smarttls/dns/packet.h"

namespace smarttls::engine {

using DnsServer = boost::asio::ip::udp::endpoint;  // TCP uses the same address and port

/// A fresh connected socket per query: the kernel draws the source port (RFC 5452 §9.2), drops
/// what others send, and reports ICMP errors. Packets that answer something else are dropped.
[[nodiscard]] boost::asio::awaitable<policy::Result<Bytes>> exchange_udp(DnsServer server,
                                                                         Bytes query,
                                                                         policy::Deadline deadline);

/// RFC 7766 §8: two bytes of length before each message. One query per connection.
[[nodiscard]] boost::asio::awaitable<policy::Result<Bytes>> exchange_tcp(DnsServer server,
                                                                         Bytes query,
                                                                         policy::Deadline deadline);

}  // namespace smarttls::engine
