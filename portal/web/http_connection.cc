// SPDX-License-Identifier: Apache-2.0
#include "portal/web/http_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <cstdio>

#include "policy/text.h"
#include "smarttls/log.h"

namespace smarttls::portal {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using engine::log;
using engine::Severity;
using policy::IpAddress;
using policy::Result;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Response plain(unsigned status) {
    Response response{status, {{"Content-Type", "text/plain; charset=utf-8"}}, status_text(status) + "\n", nullptr, std::nullopt};
    if (status == 503 || status == 429) response.headers.push_back({"Retry-After", "10"});
    add_security_headers(response, Content::File);
    return response;
}

/// What a parser's error is to the client; 0: nobody is there to be told.
unsigned refusal_of(const boost::beast::error_code& error) {
    if (error == boost::beast::error::timeout) return 408;
    if (error == http::error::header_limit) return 431;
    if (error == http::error::body_limit) return 413;
    const bool is_http = error.category() == make_error_code(http::error::bad_method).category();
    if (!is_http || error == http::error::end_of_stream || error == http::error::partial_message) return 0;
    return error == http::error::bad_version ? 505 : 400;
}

std::string chunk_head(std::size_t size) {
    std::array<char, 24> text{};
    return std::string(text.data(), static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%zx\r\n", size)));
}

}  // namespace

HttpConnection::HttpConnection(Protocol::socket socket, std::string peer, const HttpSetting& setting)
    : stream_(std::move(socket)), peer_(std::move(peer)), setting_(setting) {}

void HttpConnection::drain() {
    is_draining_ = true;
    if (is_waiting_) close();
}

void HttpConnection::close() { stream_.close(); }

asio::awaitable<void> HttpConnection::serve() {
    while (!has_ended_ && !is_draining_) {
        Parser parser;
        is_waiting_ = true;
        const unsigned refusal = co_await read(parser);
        is_waiting_ = false;
        if (has_ended_) co_return;
        auto request = request_of(parser);
        const bool is_head = parser.get().method() == http::verb::head;
        has_ended_ = refusal != 0 || !request || !parser.get().keep_alive() || is_draining_;
        Response response = plain(refusal != 0 ? refusal : 400);
        if (refusal == 0 && request) {
            Request taken = *std::move(request);
            response = co_await make_response(std::move(taken));
        }
        const bool is_sent = co_await write(std::move(response), !is_head);
        if (!is_sent) co_return;
    }
}

asio::awaitable<unsigned> HttpConnection::read(Parser& parser) {
    parser.header_limit(kLongestHeader);
    parser.body_limit(kLongestBody);
    stream_.expires_after(setting_.limits.header_time);
    const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, as_result);
    // A connection on which nothing came is closed without a word, as an idle one is.
    const bool is_idle = !parser.got_some() && error != http::error::header_limit;
    if (error) has_ended_ = is_idle || refusal_of(error) == 0;
    if (error) co_return refusal_of(error);
    if (parser.get().version() != 11) co_return 505;
    if (parser.get().method() == http::verb::post) stream_.expires_after(setting_.limits.body_time);
    const auto [body_error, body_size] = co_await http::async_read(stream_, buffer_, parser, as_result);
    if (!body_error) co_return 0;
    has_ended_ = refusal_of(body_error) == 0;
    co_return refusal_of(body_error);
}

Result<Request> HttpConnection::request_of(const Parser& parser) const {
    Request request;
    const auto& message = parser.get();
    request.method = std::string(message.method_string());
    auto parsed = parse_target({message.target().data(), message.target().size()}, request);
    if (!parsed) return tl::unexpected(parsed.error());
    for (const auto& field : message) {
        request.headers.push_back({policy::to_lower({field.name_string().data(), field.name_string().size()}), std::string(field.value())});
    }
    constexpr std::string_view kForm = "application/x-www-form-urlencoded";
    if (policy::to_lower(request.header("content-type")).starts_with(kForm)) request.fields = parse_form(message.body());
    request.client = client_of(request.headers);
    return request;
}

/// The last address that no trusted proxy has: what stands before it is the client's own invention.
std::string HttpConnection::client_of(const NamedValues& headers) const {
    std::vector<std::string> path;
    for (const NamedValue& header : headers) {
        if (header.name != "x-forwarded-for") continue;
        for (const std::string_view hop : policy::split(header.value, ',')) path.emplace_back(policy::trim(hop));
    }
    std::string client = peer_;
    while (!path.empty()) {
        const auto address = IpAddress::parse(client);
        const bool is_trusted = client.empty() || (address && contains(setting_.trusted_proxies, *address));
        const auto before = IpAddress::parse(path.back());
        if (!is_trusted || !before) break;
        client = before->str();
        path.pop_back();
    }
    return client;
}

asio::awaitable<Response> HttpConnection::make_response(Request request) {
    std::function<Result<Response>()> work = [this, request = std::move(request)]() -> Result<Response> { return setting_.answer(request); };
    auto response = co_await run_on<Response>(setting_.pool, std::move(work));
    if (response) co_return *std::move(response);
    if (response.error().kind == policy::ErrorKind::Temporary) co_return plain(503);
    log(Severity::Error, "bug: while answering a request: " + response.error().what);
    co_return plain(500);
}

asio::awaitable<bool> HttpConnection::write(Response response, bool with_body) {
    const bool has_stream = static_cast<bool>(response.stream);
    const bool is_chunked = has_stream && !response.size;
    std::string text = header_text(response, has_ended_ ? Persistence::Close : Persistence::KeepAlive);
    if (with_body && !has_stream) text += response.body;
    if (!co_await send(std::move(text))) co_return false;
    if (!with_body || !has_stream) co_return true;
    Pieces pieces = std::move(response.stream);
    const bool is_whole = co_await write_stream(std::move(pieces), is_chunked);
    co_return is_whole;
}

asio::awaitable<bool> HttpConnection::write_stream(Pieces pieces, bool is_chunked) {
    for (;;) {
        std::function<Result<std::string>()> pull = pieces;
        auto piece = co_await run_on<std::string>(setting_.pool, std::move(pull));
        if (!piece) {
            log(Severity::Warning, "a download was cut off: " + piece.error().what);
            co_return false;
        }
        const bool is_end = piece->empty();
        if (is_end && !is_chunked) co_return true;
        std::string text = is_chunked ? chunk_head(piece->size()) + *piece + "\r\n" : *std::move(piece);
        if (!co_await send(std::move(text))) co_return false;
        if (is_end) co_return true;
    }
}

asio::awaitable<bool> HttpConnection::send(std::string text) {
    stream_.expires_after(setting_.limits.write_time);
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(text), as_result);
    co_return !error;
}

}  // namespace smarttls::portal
