// SPDX-License-Identifier: Apache-2.0
//
// HttpConnection: one client of the portal, mostly nginx: requests of HTTP/1.1, one after the other (RFC 9112), parsed by
// Beast. Bounded in everything: kLongestHeader, kLongestBody, and a time for each phase, so that whoever sends a byte a
// second is cut off and has cost a descriptor and no thread.
//
// A response that streams is pulled piece by piece, each when the one before it has gone: a slow reader holds no thread. When
// the source fails in the middle the connection is cut, so that the browser knows that it has not got the whole.
// Ownership: shared by the server and its coroutine; borrows the rest. Threads: one thread (that of the executor).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <vector>

#include "policy/network.h"
#include "portal/web/http_message.h"
#include "portal/web/http_text.h"
#include "portal/web/work_pool.h"

namespace smarttls::portal {

inline constexpr std::size_t kLongestHeader = 16'384;
inline constexpr std::size_t kLongestBody = 262'144;

/// Makes the answer to a request; blocks, so on the pool alone.
using Answer = std::function<Response(const Request&)>;

struct HttpLimits {
    std::chrono::milliseconds header_time{15'000};  // also: idle between two requests
    std::chrono::milliseconds body_time{60'000};
    std::chrono::milliseconds write_time{60'000};   // for each piece of an answer
    std::size_t connections = 10'000;
    std::size_t threads = 4;
    std::size_t queue = 256;
};

/// What all connections of a server share.
struct HttpSetting {
    Answer answer;
    HttpLimits limits{};
    std::vector<policy::Network> trusted_proxies{};
    WorkPool& pool;
};

class HttpConnection {
  public:
    using Protocol = boost::asio::generic::stream_protocol;

    /// `peer`: address of the other end; empty when it came by the UNIX socket, where there is only the proxy.
    HttpConnection(Protocol::socket socket, std::string peer, const HttpSetting& setting);

    boost::asio::awaitable<void> serve();
    /// Waits for a request, which has not come or not whole.
    [[nodiscard]] bool is_waiting() const { return is_waiting_; }
    /// No request after this one; at once when there is none.
    void drain();
    void close();

  private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    /// 0, or the status to refuse with; `has_ended_` when there is nobody to refuse.
    boost::asio::awaitable<unsigned> read(Parser& parser);
    boost::asio::awaitable<Response> make_response(Request request);
    boost::asio::awaitable<bool> write(Response response, bool with_body);
    boost::asio::awaitable<bool> write_stream(Pieces pieces, bool is_chunked);
    boost::asio::awaitable<bool> send(std::string text);
    [[nodiscard]] policy::Result<Request> request_of(const Parser& parser) const;
    [[nodiscard]] std::string client_of(const NamedValues& headers) const;

    boost::beast::basic_stream<Protocol> stream_;
    boost::beast::flat_buffer buffer_{kLongestHeader + 4096};
    const std::string peer_;
    const HttpSetting& setting_;
    bool is_waiting_ = true;
    bool is_draining_ = false;
    bool has_ended_ = false;
};

}  // namespace smarttls::portal
