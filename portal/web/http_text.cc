// SPDX-License-Identifier: Apache-2.0
#include "portal/web/http_text.h"

#include <algorithm>

#include "policy/text.h"

namespace smarttls::portal {
namespace {

constexpr std::string_view kPagePolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view kForeignPolicy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
constexpr std::string_view kFilePolicy = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view kNoFeatures =
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()";

std::string_view policy_for(Content content) {
    switch (content) {
        case Content::Page: return kPagePolicy;
        case Content::Foreign: return kForeignPolicy;
        case Content::File: break;
    }
    return kFilePolicy;
}

bool is_plain(std::string_view text) {
    return std::ranges::none_of(text, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f'; });
}

/// RFC 8187 §3.2.1, attr-char.
bool is_attribute_char(char byte) {
    constexpr std::string_view kMarks = "!#$&+-.^_`|~";
    const char low = policy::to_lower(byte);
    return policy::is_digit(byte) || (low >= 'a' && low <= 'z') || kMarks.find(byte) != std::string_view::npos;
}

}  // namespace

void add_security_headers(Response& response, Content content) {
    NamedValues headers{
        {"Content-Security-Policy", std::string(policy_for(content))},
        {"Strict-Transport-Security", "max-age=63072000"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", std::string(kNoFeatures)},
        {"X-Robots-Tag", "noindex, nofollow"},
        {"X-Frame-Options", content == Content::Foreign ? "SAMEORIGIN" : "DENY"}};
    if (!value_of(response.headers, "Cache-Control")) headers.push_back({"Cache-Control", "no-store"});
    response.headers.insert(response.headers.begin(), headers.begin(), headers.end());
}

std::string status_text(unsigned status) {
    const std::string number = std::to_string(status) + " ";
    switch (status) {
        case 200: return number + "OK";
        case 303: return number + "See Other";
        case 400: return number + "Bad Request";
        case 403: return number + "Forbidden";
        case 404: return number + "Not Found";
        case 405: return number + "Method Not Allowed";
        case 408: return number + "Request Timeout";
        case 413: return number + "Content Too Large";
        case 415: return number + "Unsupported Media Type";
        case 422: return number + "Unprocessable Content";
        case 429: return number + "Too Many Requests";
        case 431: return number + "Request Header Fields Too Large";
        case 503: return number + "Service Unavailable";
        case 505: return number + "HTTP Version Not Supported";
        default: return number + "Internal Server Error";
    }
}

std::string header_text(const Response& response, Persistence persistence) {
    std::string text = "HTTP/1.1 " + status_text(response.status) + "\r\n";
    for (const NamedValue& header : response.headers) {
        if (is_plain(header.name) && is_plain(header.value)) text += header.name + ": " + header.value + "\r\n";
    }
    if (response.stream && !response.size) {
        text += "Transfer-Encoding: chunked\r\n";
    } else {
        text += "Content-Length: " + std::to_string(response.stream ? *response.size : response.body.size()) + "\r\n";
    }
    if (persistence == Persistence::Close) text += "Connection: close\r\n";
    return text + "\r\n";
}

std::string content_disposition(std::string_view file_name) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string plain;
    std::string encoded;
    for (const char byte : file_name) {
        const auto number = static_cast<unsigned char>(byte);
        const bool is_ascii = number >= 0x20 && number < 0x7f && byte != '"' && byte != '\\' && byte != '%';
        plain += is_ascii ? byte : '_';
        if (is_attribute_char(byte)) {
            encoded += byte;
        } else {
            encoded += {'%', kHex[number >> 4], kHex[number & 15]};
        }
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace smarttls::portal
