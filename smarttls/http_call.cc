// SPDX-License-Identifier: Apache-2.0
#include "smarttls/http_call.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

#include "policy/text.h"

namespace smarttls::engine {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using policy::ErrorKind;
using policy::fail;
using policy::Result;

using Answer = Result<HttpAnswer>;
using Request = http::request<http::string_body>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct Url {
    bool encrypted = false;
    std::string host;  // without brackets
    std::string port;
    std::string authority;  // as the Host field has it
    std::string target;
};

/// Host and port of "host", "host:port", "[::1]" and "[::1]:port".
bool split_authority(std::string_view text, Url& url) {
    const bool literal = text.starts_with('[');
    const std::size_t end = literal ? text.find(']') : text.find(':');
    if (literal && end == std::string_view::npos) return false;
    const std::size_t host_end = std::min(end, text.size());
    url.host = text.substr(literal ? 1 : 0, host_end - (literal ? 1 : 0));
    std::string_view rest = text.substr(std::min(host_end + (literal ? 1 : 0), text.size()));
    if (url.host.empty()) return false;
    if (rest.empty()) return true;
    rest.remove_prefix(1);
    url.port = rest;
    constexpr std::size_t kLongestPort = 5;
    return !rest.empty() && rest.size() <= kLongestPort &&
           std::all_of(rest.begin(), rest.end(), policy::is_digit);
}

std::optional<Url> parse_url(std::string_view text) {
    constexpr std::string_view kPlain = "http://";
    constexpr std::string_view kEncrypted = "https://";
    Url url;
    url.encrypted = text.starts_with(kEncrypted);
    if (!url.encrypted && !text.starts_with(kPlain)) return std::nullopt;
    url.port = url.encrypted ? "443" : "80";
    text.remove_prefix(url.encrypted ? kEncrypted.size() : kPlain.size());
    const auto is_strange = [](char byte) { return byte <= ' ' || byte > '~' || byte == '#'; };
    if (std::any_of(text.begin(), text.end(), is_strange)) return std::nullopt;
    const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
    url.authority = text.substr(0, slash);
    url.target = text.substr(slash);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    if (url.authority.find('@') != std::string::npos) return std::nullopt;
    return split_authority(url.authority, url) ? std::optional(url) : std::nullopt;
}

auto temporary(const std::string& what) {
    return fail(ErrorKind::Temporary, what);
}

auto failed(const std::string& doing, const beast::error_code& error) {
    if (error == beast::error::timeout) return temporary(doing + ": it does not answer in time");
    if (error == http::error::body_limit || error == http::error::header_limit) {
        return fail(ErrorKind::Malformed, "the answer is too long");
    }
    return temporary(doing + ": " + error.message());
}

Request request_of(const Url& url, const HttpCall& call) {
    constexpr unsigned kHttp11 = 11;
    Request request(http::string_to_verb(call.method), url.target, kHttp11);
    request.set(http::field::host, url.authority);
    request.set(http::field::user_agent, "smarttls-milter/" SMARTTLS_VERSION);
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : call.headers) request.set(name, value);
    request.body() = call.body;
    request.prepare_payload();
    return request;
}

/// One exchange over a stream that is ready for it.
template <class Stream>
asio::awaitable<Answer> exchange(Stream& stream, Request request, std::size_t longest) {
    const auto [write_error, written] = co_await http::async_write(stream, request, as_result);
    if (write_error) co_return failed("while asking", write_error);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(longest);
    const auto [read_error, read] = co_await http::async_read(stream, buffer, parser, as_result);
    if (read_error) co_return failed("while reading the answer", read_error);
    auto response = parser.release();
    HttpAnswer answer;
    answer.status = response.result_int();
    answer.content_type = response[http::field::content_type];
    answer.body = std::move(response.body());
    co_return answer;
}

asio::awaitable<beast::error_code> connect(beast::tcp_stream& stream, Url url,
                                           policy::Deadline deadline) {
    tcp::resolver resolver(stream.get_executor());
    const auto [unknown, addresses] =
        co_await resolver.async_resolve(url.host, url.port, as_result);
    if (unknown) co_return unknown;
    stream.expires_at(deadline.when());  // for all that follows
    const auto [refused, endpoint] = co_await stream.async_connect(addresses, as_result);
    co_return refused;
}

asio::awaitable<Answer> call_plain(Url url, Request request, std::size_t longest, policy::Deadline deadline) {
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    const beast::error_code error = co_await connect(stream, url, deadline);
    if (error) co_return failed("while connecting", error);
    co_return co_await exchange(stream, std::move(request), longest);
}

asio::awaitable<Answer> call_encrypted(Url url, Request request, std::size_t longest,
                                       policy::Deadline deadline, ssl::context* context) {
    beast::ssl_stream<beast::tcp_stream> stream(co_await asio::this_coro::executor, *context);
    stream.set_verify_callback(ssl::host_name_verification(url.host));
    // SSL_set_tlsext_host_name() without the C cast of its macro.
    if (SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 url.host.data()) != 1) {
        co_return fail(ErrorKind::Bug, "OpenSSL takes no name of a server");
    }
    const beast::error_code error =
        co_await connect(beast::get_lowest_layer(stream), url, deadline);
    if (error) co_return failed("while connecting", error);
    const auto [refused] = co_await stream.async_handshake(ssl::stream_base::client, as_result);
    if (refused) co_return failed("TLS", refused);
    co_return co_await exchange(stream, std::move(request), longest);
}

Result<void> trust(ssl::context& context, const std::string& ca_file) {
    boost::system::error_code error;
    context.set_verify_mode(ssl::verify_peer);
    if (ca_file.empty()) {
        context.set_default_verify_paths(error);
    } else {
        context.load_verify_file(ca_file, error);
    }
    if (!error) return policy::ok();
    return fail(ErrorKind::Misconfigured, "certificates " + ca_file + ": " + error.message());
}

Answer run(asio::io_context& io, asio::awaitable<Answer> work) {
    Answer answer;
    asio::co_spawn(io, std::move(work), [&answer](const std::exception_ptr& thrown, Answer came) {
        if (thrown) std::rethrow_exception(thrown);
        answer = std::move(came);
    });
    io.run();
    return answer;
}

}  // namespace

Result<HttpAnswer> call_http(const HttpCall& call, policy::Deadline deadline) {
    const auto url = parse_url(call.url);
    if (!url) {
        return fail(ErrorKind::Misconfigured, policy::quote(call.url) + " is not http://host/path or https://host/path");
    }
    ssl::context context(ssl::context::tls_client);
    context.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    if (auto trusted = trust(context, call.ca_file); url->encrypted && !trusted) {
        return tl::unexpected(trusted.error());
    }
    asio::io_context io(1);
    Request request = request_of(*url, call);
    const std::size_t longest = call.longest_answer;
    Answer answer = run(io, url->encrypted ? call_encrypted(*url, std::move(request), longest, deadline, &context)
                                           : call_plain(*url, std::move(request), longest, deadline));
    if (!answer) return because(answer, call.url);
    return answer;
}

}  // namespace smarttls::engine
