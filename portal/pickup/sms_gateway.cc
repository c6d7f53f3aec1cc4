// SPDX-License-Identifier: Apache-2.0
#include "portal/pickup/sms_gateway.h"

#include <functional>

#include "policy/text.h"
#include "smarttls/http_call.h"
#include "smarttls/mta/child.h"
#include "store/sealing/durable_file.h"

namespace smarttls::portal {
namespace {

using policy::ErrorKind;
using policy::fail;
using policy::Result;

constexpr std::size_t kLongestSecret = 65'536;
constexpr std::string_view kFile = "file:";
constexpr unsigned kFirstRefusal = 400;
constexpr unsigned kTooManyRequests = 429;
constexpr unsigned kFirstServerError = 500;

using Escape = std::function<std::string(std::string_view)>;

std::string as_it_is(std::string_view text) { return std::string(text); }

/// RFC 3986 §2.1: all but the unreserved characters.
std::string for_url(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string escaped;
    for (const char byte : text) {
        const char lower = policy::to_lower(byte);
        const bool is_plain = policy::is_digit(byte) || (lower >= 'a' && lower <= 'z') || std::string_view("-._~").find(byte) != std::string_view::npos;
        const auto number = static_cast<unsigned char>(byte);
        if (is_plain) escaped += byte;
        if (!is_plain) escaped += {'%', kHex[number >> 4], kHex[number & 15]};
    }
    return escaped;
}

/// RFC 8259 §7.
std::string for_json(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string escaped;
    for (const char byte : text) {
        const auto number = static_cast<unsigned char>(byte);
        if (byte == '"' || byte == '\\') {
            escaped += {'\\', byte};
        } else if (number < ' ') {
            escaped.append("\\u00").append({kHex[number >> 4], kHex[number & 15]});
        } else {
            escaped += byte;
        }
    }
    return escaped;
}

/// What stands in {{}}; a file's content loses the blanks around it.
Result<std::string> value_of(std::string_view name, std::string_view number, std::string_view text) {
    if (name == "number") return std::string(number);
    if (name == "text") return std::string(text);
    if (!name.starts_with(kFile)) return fail(ErrorKind::Misconfigured, "[sms] knows no {{" + std::string(name) + "}}");
    auto content = store::read_file(std::string(name.substr(kFile.size())), kLongestSecret);
    if (!content) return content;
    return std::string(policy::trim(*content));
}

struct Message {
    std::string_view number;
    std::string_view text;
};

Result<std::string> filled(std::string_view form, const Message& message, const Escape& escape) {
    std::string result;
    for (;;) {
        const std::size_t start = form.find("{{");
        const std::size_t end = form.find("}}", std::min(start, form.size()));
        if (end == std::string_view::npos) return result.append(form);
        result.append(form.substr(0, start));
        const auto value = value_of(policy::trim(form.substr(start + 2, end - start - 2)), message.number, message.text);
        if (!value) return value;
        result += escape(*value);
        form.remove_prefix(end + 2);
    }
}

Escape escape_for(std::string_view content_type) {
    if (content_type.find("json") != std::string_view::npos) return for_json;
    return content_type.find("x-www-form-urlencoded") != std::string_view::npos ? for_url : as_it_is;
}

Result<engine::HttpCall> request_of(const policy::SmsSettings& settings, const Message& message) {
    engine::HttpCall call;
    auto url = filled(settings.url, message, for_url);
    if (!url) return tl::unexpected(url.error());
    call.url = *std::move(url);
    call.method = settings.method;
    call.ca_file = settings.ca_file;
    std::string content_type;
    for (const policy::HeaderField& header : settings.headers) {
        auto value = filled(header.value, message, as_it_is);
        if (!value) return tl::unexpected(value.error());
        if (policy::equal_ignoring_case(header.name, "Content-Type")) content_type = policy::to_lower(*value);
        call.headers.emplace_back(header.name, *std::move(value));
    }
    auto body = filled(settings.body, message, escape_for(content_type));
    if (!body) return tl::unexpected(body.error());
    call.body = *std::move(body);
    return call;
}

/// Nothing of the answer but its status is told: it may repeat the number and the code.
Result<void> judge(unsigned status) {
    if (status < kFirstRefusal) return policy::ok();
    const bool may_mend = status >= kFirstServerError || status == kTooManyRequests;
    return fail(may_mend ? ErrorKind::Temporary : ErrorKind::Permanent, "the text message gateway answers with HTTP status " + std::to_string(status));
}

}  // namespace

Result<void> SmsGateway::send(std::string_view number, std::string_view text, policy::Deadline deadline) const {
    if (!is_there()) return fail(ErrorKind::Misconfigured, "[sms] says no way to send text messages");
    if (settings_.url.empty()) {
        const auto done = mta::output_of({settings_.command, std::string(number)}, text);
        if (!done) return because(done, "the text message command");
        return policy::ok();
    }
    const auto call = request_of(settings_, {number, text});
    if (!call) return tl::unexpected(call.error());
    const auto answer = engine::call_http(*call, deadline);
    if (!answer) return tl::unexpected(policy::Error{answer.error().kind, "the text message gateway does not answer", answer.error().code});
    return judge(answer->status);
}

}  // namespace smarttls::portal
