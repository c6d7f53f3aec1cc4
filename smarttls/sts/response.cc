// SPDX-License-Identifier: Apache-2.0
#include "smarttls/sts/response.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "policy/text.h"
#include "smarttls/sts/policy.h"

namespace smarttls::engine {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kLongestHeader = 16 * 1024;
/// Chunk headers may have extensions of any length, which the parser waits for.
constexpr std::size_t kMostUnread = kLongestHeader + kLongestStsPolicy;

/// RFC 8461 §3.2: senders SHOULD see to it that the type is text/plain, or whoever may put pages on
/// the host writes the policy; parameters do not matter. A server that names no type is believed.
bool is_plain_text(std::string_view content_type) {
    const std::string_view type = policy::trim(content_type.substr(0, content_type.find(';')));
    return type.empty() || policy::equal_ignoring_case(type, "text/plain");
}

}  // namespace

class PolicyResponse::Parser : public http::response_parser<http::string_body> {};

PolicyResponse::PolicyResponse() : parser_(std::make_unique<Parser>()) {
    parser_->header_limit(kLongestHeader);
    parser_->body_limit(kLongestStsPolicy);
    parser_->eager(true);
}

PolicyResponse::~PolicyResponse() = default;

PolicyResponse::State PolicyResponse::feed(std::string_view bytes) {
    if (state_ != State::NeedMore) return state_;
    unread_ += bytes;
    while (!unread_.empty() && !parser_->is_done()) {
        boost::system::error_code error;
        const std::size_t taken = parser_->put(boost::asio::buffer(unread_), error);
        unread_.erase(0, taken);
        judge_header();
        if (state_ == State::Failed) return state_;
        if (error == http::error::need_more) break;
        if (error) return fail("the HTTP response: " + error.message());
        if (taken == 0) break;
    }
    if (parser_->is_done()) return finish();
    if (unread_.size() > kMostUnread) return fail("the HTTP response has no end");
    return state_;
}

PolicyResponse::State PolicyResponse::end() {
    if (state_ != State::NeedMore) return state_;
    boost::system::error_code error;
    if (parser_->got_some()) parser_->put_eof(error);  // it asserts that there was something
    if (error || !parser_->is_done()) return fail("the HTTP response breaks off");
    return finish();
}

/// As soon as the header is there: the body of a refusal is not waited for.
void PolicyResponse::judge_header() {
    if (header_judged_ || !parser_->is_header_done()) return;
    header_judged_ = true;
    const auto& response = parser_->get();
    const unsigned status = response.result_int();
    if (status != 200) {  // RFC 8461 §3.3: no redirect, nothing else
        fail("the policy host answers with status " + std::to_string(status));
        return;
    }
    const auto type = response[http::field::content_type];
    if (!is_plain_text({type.data(), type.size()})) {
        fail("the policy is of type " + policy::quote({type.data(), type.size()}, 60) +
             ", not text/plain");
    }
}

PolicyResponse::State PolicyResponse::finish() {
    return state_ = State::Complete;
}

PolicyResponse::State PolicyResponse::fail(std::string what) {
    failure_ = std::move(what);
    return state_ = State::Failed;
}

const std::string& PolicyResponse::body() const {
    return parser_->get().body();
}

std::string policy_request(std::string_view host) {
    return "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + std::string(host) +
           "\r\nUser-Agent: smarttls/" SMARTTLS_VERSION
           "\r\nAccept: text/plain\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n";
}

}  // namespace smarttls::engine
